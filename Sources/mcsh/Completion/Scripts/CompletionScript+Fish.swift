/// The script for fish, 3.0 and newer.
extension CompletionScript {
    func fish() -> String {
        var lines = [
            "# fish completion for mcsh, made by: mcsh --generate-completion-script fish",
            "",
            "# The words of a place with their meanings, one a line.",
            "function __mcsh_rows",
            "    switch $argv[1]",
        ]
        for place in places {
            lines.append("        case \(Self.fishQuoted(place.name))")
            if !place.rows.isEmpty {
                lines.append("            printf '%s\\t%s\\n' \\")
                lines.append(
                    place.rows.map {
                        "                \(Self.fishQuoted($0.word)) \(Self.fishQuoted($0.meaning))"
                    }.joined(separator: " \\\n"))
            }
            if let source = place.source { lines.append("            echo '\(source.rawValue)'") }
        }
        lines += ["    end", "end", "", "function __mcsh_repeated", "    switch $argv[1]"]
        for (command, position) in repeated { lines += ["        case \(command)", "            echo \(position)"] }
        lines += ["        case '*'", "            echo 99", "    end", "end", ""]
        lines += ["function __mcsh_name", "    switch $argv[1]"]
        for (alias, command) in aliases {
            // A question mark in a pattern stands for any character; escaped, for itself.
            let pattern = Self.fishQuoted(alias.replacing("?", with: "\\?"))
            lines += ["        case \(pattern)", "            echo \(command)"]
        }
        lines += ["        case '*'", "            echo $argv[1]", "    end", "end", ""]
        return lines.joined(separator: "\n") + "\n"
            + Self.fishFunction
            .replacing("PROGRAM_OPTIONS", with: programOptions.joined(separator: " "))
            .replacing("VALUED", with: valued.joined(separator: " "))
            .replacing("OPTIONAL", with: optional.joined(separator: " "))
            .replacing("RESTARTING", with: restarting.joined(separator: " "))
    }

    private static func fishQuoted(_ word: String) -> String {
        "'" + word.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    private static let fishFunction = #"""
        function __mcsh_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l command ''
            set -l previous ''
            set -l pending ''
            set -l ended ''
            set -l position 0
            for word in $words[2..-1]
                set -l option $pending
                set pending ''
                if test -n "$option"
                    if not contains -- $option OPTIONAL; or string match -qr '^[0-9]+$' -- $word
                        continue
                    end
                end
                if test -z "$command"
                    if contains -- $word PROGRAM_OPTIONS
                        set pending $word
                    else if not string match -q -- '-*' $word
                        set command (__mcsh_name $word)
                    end
                else if contains -- $command RESTARTING
                    set position (math $position + 1)
                    if test $position -gt 2; or begin
                            test $position -eq 2; and not string match -qr '^[0-9]' -- $word
                        end
                        set command (__mcsh_name $word)
                        set position 0
                    end
                else if test -z "$ended"; and string match -q -- '--*' $word
                    if test "$word" = --
                        set ended 1
                    else if contains -- $word VALUED
                        set pending $word
                    end
                else
                    set position (math $position + 1)
                    set previous $word
                end
            end
            if contains -- "$pending" OPTIONAL
                set pending ''
            end

            set -l places
            set -l lead ''
            if test -n "$pending"
                set places "$command $pending" "argument $pending"
            else if test -z "$ended"; and string match -q -- '--*=*' $current
                set -l option (string replace -r '=.*' '' -- $current)
                set lead "$option="
                set places "$command $option" "argument $option"
            else if test -z "$command"
                set places commands
                string match -q -- '-*' $current; and set places options
            else if test -z "$ended"; and string match -q -- '-*' $current
                set places "$command --"
            else if contains -- $command RESTARTING
                test $position -gt 0; and set places commands
            else
                set position (math $position + 1)
                set -l last (__mcsh_repeated $command)
                test $position -gt $last; and set position $last
                set places "$command $position" "$command $position $previous"
            end
            for place in $places
                for row in (__mcsh_rows $place)
                    switch $row
                        case '<files>'
                            __fish_complete_path (string replace -- "$lead" '' $current)
                        case '<servers>'
                            for pool in (command $words[1] --list-pools 2>/dev/null)
                                test -n "$pool"; and echo $lead$pool
                            end
                        case '*'
                            echo $lead$row
                    end
                end
            end
        end

        complete -c mcsh -f -a '(__mcsh_complete)'
        """#
}
