import MemcacheCore
import Testing

@testable import mcsh

/// What the prompt shows about the servers.
@Suite struct PromptStateTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var links: [Server.ConnectionState]
        var columns = 80
        var text: String

        var testDescription: String { text }
    }

    @Test(arguments: [
        Case(name: "10.0.0.5:11211", links: [.untried], text: "10.0.0.5:11211>"),
        Case(name: "10.0.0.5:11211", links: [.connected], text: "10.0.0.5:11211>"),
        Case(name: "10.0.0.5:11211", links: [.lost], text: "10.0.0.5:11211 (not connected)>"),
        Case(name: "10.0.0.5:11211", links: [.connecting], text: "10.0.0.5:11211 (not connected)>"),
        Case(name: "10.0.0.5:11211", links: [.lost], columns: 40, text: "(not connected)>"),
        Case(name: "10.0.0.5:11211", links: [.connected], columns: 10, text: "10.0.0.5:11211>"),
        Case(name: "@sessions", links: [.untried, .connected, .untried, .untried], text: "@sessions[4]>"),
        Case(name: "@one", links: [.connected], text: "@one[1]>"),
        Case(name: "@sessions", links: [.lost, .connected, .untried, .connecting], text: "@sessions[2 of 4]>"),
        Case(name: "@sessions", links: [.lost, .connected, .lost, .lost], columns: 30, text: "@sessions[4]>"),
        Case(name: "@sessions", links: [.lost, .lost], text: "@sessions[2] (not connected)>"),
        Case(name: "a:11211+2", links: [.connected, .connected, .connected], text: "a:11211+2[3]>"),
        Case(name: "/run/\u{1b}[2J.sock", links: [.connected], text: "/run/\\e[2J.sock>"),
    ])
    func `the prompt names the servers and their state`(_ test: Case) {
        #expect(PromptState(name: test.name, links: test.links).prompt(columns: test.columns).text == test.text)
    }

    @Test func `it is red on production alone`() {
        #expect(PromptState(name: "a", links: [.lost], isProduction: true).prompt(columns: 80).role == .bad)
        #expect(PromptState(name: "a", links: [.lost]).prompt(columns: 80).role == .plain)
    }
}
