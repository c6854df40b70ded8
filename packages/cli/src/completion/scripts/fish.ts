/** The completion function for fish. */
export const FISH = String.raw`# fish completion of cosi, to be sourced:  cosi completion fish | source
function __cosi_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] __complete -- $words[2..] "$current" 2>/dev/null)
    if test "$found[1]" = :files
        __fish_complete_path "$current"
    else if set -q found[1]
        string join \n -- $found
    end
end
complete -c cosi -f -a '(__cosi_complete)'
`;
