/// The script for zsh: a file of `$fpath`, or something to source.
extension CompletionScript {
    func zsh() -> String {
        var lines = [
            "#compdef mcsh",
            "# zsh completion for mcsh, made by: mcsh --generate-completion-script zsh",
            "",
            "# Adds the words of a place, with meanings: to $open those to which more is glued, to $closed the others.",
            "_mcsh_rows() {",
            "    case $1 in",
        ]
        for place in places {
            lines.append("        (\(Self.quoted(place.name)))")
            for (array, rows) in [
                ("closed", place.rows.filter { !$0.isOpen }), ("open", place.rows.filter(\.isOpen)),
            ] where !rows.isEmpty {
                lines.append("            \(array)+=(")
                lines += rows.map { "                \(Self.described($0))" }
                lines.append("            )")
            }
            if let source = place.source {
                lines.append("            sources+=(\(source == .files ? "files" : "servers"))")
            }
            lines.append("            ;;")
        }
        lines += ["    esac", "}", ""]
        let ends = repeated.map { "        \($0.command) \($0.position)" }
        let names = aliases.map { "        \(Self.quoted($0.alias)) \($0.command)" }
        return lines.joined(separator: "\n") + "\n"
            + Self.zshFunction
            .replacing("PROGRAM_OPTIONS", with: programOptions.joined(separator: "|"))
            .replacing("VALUED", with: valued.joined(separator: "|"))
            .replacing("OPTIONAL", with: optional.joined(separator: "|"))
            .replacing("RESTARTING", with: restarting.joined(separator: "|"))
            .replacing("REPEATED", with: ends.joined(separator: "\n"))
            .replacing("ALIASES", with: names.joined(separator: "\n"))
    }

    private static func described(_ row: Row) -> String {
        let word = row.word.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
        return quoted(row.meaning.isEmpty ? word : "\(word):\(row.meaning)")
    }

    private static let zshFunction = #"""
        _mcsh() {
            emulate -L zsh
            setopt extended_glob
            local -A repeated=(
        REPEATED
            )
            local -A names=(
        ALIASES
            )
            local command previous pending ended option word place
            integer position=0
            for word in "${(@Q)words[2,CURRENT-1]}"; do
                option=$pending
                pending=
                case $option in
                    ('') ;;
                    (OPTIONAL) [[ $word == [0-9]## ]] && continue ;;
                    (*) continue ;;
                esac
                if [[ -z $command ]]; then
                    case $word in
                        (PROGRAM_OPTIONS) pending=$word ;;
                        (-*) ;;
                        (*) command=${names[$word]:-$word} ;;
                    esac
                    continue
                fi
                case $command in
                    (RESTARTING)
                        (( position++ ))
                        if (( position > 2 )) || [[ $position -eq 2 && $word != [0-9]* ]]; then
                            command=${names[$word]:-$word} position=0
                        fi
                        continue
                        ;;
                esac
                if [[ -z $ended && $word == --* ]]; then
                    case $word in
                        (--) ended=1 ;;
                        (VALUED) pending=$word ;;
                    esac
                else
                    (( position++ ))
                    previous=$word
                fi
            done
            [[ $pending == (OPTIONAL) ]] && pending=

            local -a places closed open sources
            local kind=values
            if [[ -n $pending ]]; then
                places=("$command $pending" "argument $pending")
            elif [[ -z $ended && $PREFIX == --*=* ]]; then
                option=${PREFIX%%=*}
                compset -P '*='
                places=("$command $option" "argument $option")
            elif [[ -z $command ]]; then
                if [[ $PREFIX == -* ]]; then
                    places=(options) kind=options
                else
                    places=(commands) kind=commands
                fi
            elif [[ -z $ended && $PREFIX == -* ]]; then
                places=("$command --") kind=options
            elif [[ $command == (RESTARTING) ]]; then
                (( position > 0 )) && places=(commands) kind=commands
            else
                (( position++ ))
                (( position > ${repeated[$command]:-99} )) && position=${repeated[$command]}
                places=("$command $position" "$command $position $previous")
            fi
            for place in $places; do _mcsh_rows $place; done

            integer found=1
            if (( ${sources[(I)servers]} )); then
                closed+=(${(f)"$(_call_program pools ${(q)${(Q)words[1]}} --list-pools 2>/dev/null)"})
            fi
            if (( $#closed + $#open )); then
                _describe -t $kind ${kind%s} closed -- open -S '' && found=0
            fi
            if (( ${sources[(I)files]} )); then
                _files && found=0
            fi
            return found
        }

        if [[ $funcstack[1] == _mcsh ]]; then
            _mcsh "$@"
        else
            compdef _mcsh mcsh
        fi
        """#
}
