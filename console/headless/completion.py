"""`megapod completion SHELL`: a script that completes verbs, options, pods and nodes, for bash, zsh or fish."""

import argparse

from console.exit import Exit
from console.headless import output

SCRIPTS = {
    "bash": """\
# bash completion for megapod
_megapod() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        MEGAPOD_WORDBREAKS="$COMP_WORDBREAKS" megapod complete bash "${COMP_LINE:0:COMP_POINT}" 2>/dev/null
    )
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:,] ]] && compopt -o nospace
}
complete -o default -F _megapod megapod
""",
    "zsh": """\
#compdef megapod
_megapod() {
    local -a found
    found=("${(@f)$(megapod complete zsh "${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
    found=(${found:#})
    (( ${#found} )) && compadd -Q -- "${found[@]}" || _files
}
compdef _megapod megapod
""",
    "fish": """\
# fish completion for megapod
complete -c megapod -f -a '(megapod complete fish (commandline -cp) 2>/dev/null)'
""",
}


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    output.write(SCRIPTS[arguments.shell])
    return Exit.DONE
