/**
 * The completion function for bash 3.2 and later, without the package bash-completion.
 *
 * Bash takes words apart at `=` and `:`; they are put together again, and of each answer only the part after the last
 * of them is what bash replaces. Nothing that a node or a user wrote is ever evaluated.
 */
export const BASH = String.raw`# bash completion of cosi, to be evaluated:  eval "$(cosi completion bash)"
_cosi() {
  local rest=${'$'}{COMP_LINE:0:COMP_POINT} blanks piece value current prefix i
  local words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    blanks=${'$'}{rest%%[![:blank:]]*}
    rest=${'$'}{rest#"$blanks"}
    piece=${'$'}{COMP_WORDS[i]}
    ((i < COMP_CWORD)) || piece=$rest
    rest=${'$'}{rest#"$piece"}
    if ((i == 0)) || [[ -n $blanks ]]; then
      words+=("$piece")
    else
      words[${'$'}{#words[@]}-1]+=$piece
    fi
  done
  current=${'$'}{words[${'$'}{#words[@]}-1]}
  [[ $piece == [=:]* ]] && piece=${'$'}{piece#[=:]}
  prefix=${'$'}{current%"$piece"}
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    if [[ $value == :files ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    value=${'$'}{value#"$prefix"}
    [[ $piece == [\"\']* ]] || printf -v value %q "$value"
    COMPREPLY+=("$value")
  done < <("${'$'}{1/#\~/$HOME}" __complete -- "${'$'}{words[@]:1}" 2>/dev/null)
  if ((${'$'}{#COMPREPLY[@]} == 1)) && [[ ${'$'}{COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _cosi cosi
`;
