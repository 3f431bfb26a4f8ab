/// The name, parameters and meaning of a command: its row of the command table, except how it is planned.
struct CommandDescription: Sendable {
    var name: String
    var aliases: [String]
    var group: CommandSpec.Group
    var parameters: [CommandSpec.Parameter]
    var options: [CommandSpec.Option]
    /// One line.
    var summary: String
    /// What there is to know beyond the summary. Built only on request, as is everything that only `help` shows.
    var details: @Sendable () -> String
    var examples: [CommandSpec.Example]
    /// What the command costs the server.
    var cost: String
    /// What can be lost with the command; empty for nothing.
    var loss: String
    /// What is sent over the wire.
    var wireForm: @Sendable () -> String
    var danger: CommandSpec.Danger

    init(
        name: String, aliases: [String] = [], group: CommandSpec.Group, parameters: [CommandSpec.Parameter] = [],
        options: [CommandSpec.Option] = [], summary: String,
        details: @autoclosure @escaping @Sendable () -> String = "", examples: [CommandSpec.Example],
        cost: String = "", loss: String = "", wireForm: @autoclosure @escaping @Sendable () -> String,
        danger: CommandSpec.Danger = .none
    ) {
        self.name = name
        self.aliases = aliases
        self.group = group
        self.parameters = parameters
        self.options = options
        self.summary = summary
        self.details = details
        self.examples = examples
        self.cost = cost
        self.loss = loss
        self.wireForm = wireForm
        self.danger = danger
    }
}
