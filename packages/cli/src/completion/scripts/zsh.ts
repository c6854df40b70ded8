/** The completion function for zsh, to be evaluated after `compinit`, or to be saved as `_cosi` in a directory of `fpath`. */
export const ZSH = String.raw`#compdef cosi
# zsh completion of cosi, to be evaluated:  eval "$(cosi completion zsh)"
_cosi() {
  local line value
  local -a found plain open
  found=("${'$'}{(@f)$("${'$'}{(Q)words[1]}" __complete -- "${'$'}{(@Q)words[2,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null)}")
  for line in $found; do
    if [[ $line == :files ]]; then
      _files
      return
    fi
    value=${'$'}{${'$'}{line%%$'\t'*}//:/\\:}
    [[ $line == *$'\t'?* ]] && value+=:${'$'}{line#*$'\t'}
    if [[ ${'$'}{line%%$'\t'*} == *= ]]; then open+=("$value"); else plain+=("$value"); fi
  done
  local result=1
  (( $#open )) && _describe 'cosi' open -S '' && result=0
  (( $#plain )) && _describe 'cosi' plain && result=0
  return result
}
if [[ ${'$'}{funcstack[1]} == _cosi ]]; then _cosi "$@"; else compdef _cosi cosi; fi
`;
