/// The script for bash, 3.2 and newer.
extension CompletionScript {
    func bash() -> String {
        var lines = [
            "# bash completion for mcsh, made by: mcsh --generate-completion-script bash",
            "",
            "# The words of a place, one a line. A word with a space after it is complete.",
            "_mcsh_rows() {",
            "    case $1 in",
        ]
        for place in places {
            var words = place.rows.map { Self.quoted($0.isOpen ? $0.word : $0.word + " ") }
            if let source = place.source { words.append(Self.quoted(source.rawValue)) }
            lines.append("        \(Self.quoted(place.name))) printf '%s\\n' \(words.joined(separator: " ")) ;;")
        }
        lines += ["    esac", "}", "", "_mcsh_repeated() {", "    case $1 in"]
        for (command, position) in repeated { lines.append("        \(command)) echo \(position) ;;") }
        lines += ["        *) echo 99 ;;", "    esac", "}", "", "_mcsh_name() {", "    case $1 in"]
        for (alias, command) in aliases { lines.append("        \(Self.quoted(alias))) echo \(command) ;;") }
        lines += ["        *) printf '%s\\n' \"$1\" ;;", "    esac", "}", ""]
        return lines.joined(separator: "\n") + "\n"
            + Self.bashFunction
            .replacing("PROGRAM_OPTIONS", with: programOptions.joined(separator: " | "))
            .replacing("VALUED", with: valued.joined(separator: " | "))
            .replacing("OPTIONAL", with: optional.joined(separator: " | "))
            .replacing("RESTARTING", with: restarting.joined(separator: " | "))
    }

    /// A word in the single quotes of `sh`.
    static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

    private static let bashFunction = #"""
        _mcsh() {
            local line=${COMP_LINE:0:COMP_POINT} words=() piece i
            # bash cuts words at : = and @ too. Text without spaces is one word.
            for ((i = 0; i <= COMP_CWORD; i++)); do
                if ((i == 0)) || [[ $line == [[:blank:]]* ]]; then
                    line=${line#"${line%%[![:blank:]]*}"}
                    words+=("")
                fi
                piece=${COMP_WORDS[i]}
                ((i == COMP_CWORD)) && piece=$line
                words[${#words[@]} - 1]+=$piece
                line=${line#"$piece"}
            done
            local count=$((${#words[@]} - 1))
            local current=${words[count]} command='' previous='' pending='' ended='' option word position=0
            for ((i = 1; i < count; i++)); do
                word=${words[i]}
                option=$pending
                pending=''
                case $option in
                    '') ;;
                    OPTIONAL) [[ $word =~ ^[0-9]+$ ]] && continue ;;
                    *) continue ;;
                esac
                if [[ -z $command ]]; then
                    case $word in
                        PROGRAM_OPTIONS) pending=$word ;;
                        -*) ;;
                        *) command=$(_mcsh_name "$word") ;;
                    esac
                    continue
                fi
                case $command in
                    RESTARTING)
                        ((position++))
                        if ((position > 2)) || [[ $position -eq 2 && $word != [0-9]* ]]; then
                            command=$(_mcsh_name "$word") position=0
                        fi
                        continue
                        ;;
                esac
                if [[ -z $ended && $word == --* ]]; then
                    case $word in
                        --) ended=1 ;;
                        VALUED) pending=$word ;;
                    esac
                else
                    ((position++))
                    previous=$word
                fi
            done
            case $pending in OPTIONAL) pending='' ;; esac

            local places=() lead='' last
            if [[ -n $pending ]]; then
                places=("$command $pending" "argument $pending")
            elif [[ -z $ended && $current == --*=* ]]; then
                lead=${current%%=*}=
                places=("$command ${lead%=}" "argument ${lead%=}")
            elif [[ -z $command ]]; then
                if [[ $current == -* ]]; then places=(options); else places=(commands); fi
            elif [[ -z $ended && $current == -* ]]; then
                places=("$command --")
            else
                case $command in
                    RESTARTING) ((position > 0)) && places=(commands) ;;
                    *)
                        last=$(_mcsh_repeated "$command")
                        ((position++, position > last)) && position=$last
                        places=("$command $position" "$command $position $previous")
                        ;;
                esac
            fi

            local row place
            COMPREPLY=()
            for place in ${places[@]+"${places[@]}"}; do
                while IFS= read -r row; do
                    case $row in
                        '<files>')
                            while IFS= read -r row; do COMPREPLY+=("$lead$row"); done \
                                < <(compgen -f -- "${current#"$lead"}")
                            type compopt >/dev/null 2>&1 && compopt -o filenames +o nospace 2>/dev/null
                            ;;
                        '<servers>')
                            while IFS= read -r row; do
                                [[ -n $row && $lead$row == "$current"* ]] && COMPREPLY+=("$lead$row ")
                            done < <("$1" --list-pools 2>/dev/null)
                            ;;
                        *) [[ $lead$row == "$current"* ]] && COMPREPLY+=("$lead$row") ;;
                    esac
                done < <(_mcsh_rows "$place")
            done

            # Text before the last cut is not part of the word that bash replaces.
            local head=$current
            while [[ -n $head && ${COMP_WORDBREAKS-} != *"${head:${#head}-1}"* ]]; do head=${head%?}; done
            if [[ -n $head ]]; then
                for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do COMPREPLY[i]=${COMPREPLY[i]#"$head"}; done
            fi
        }

        complete -o nospace -F _mcsh mcsh
        """#
}
