import MemcacheCore
import TestSupport
import Testing

/// How connections are made, with both kinds of sockets.
@Suite(.inTurns, .overBothSockets) struct SocketConnectionTests {
    @Test(arguments: ServerEndpoint.available.filter { $0 != .unixSocket })
    func `a server is reached by its name`(_ endpoint: ServerEndpoint) async throws {
        // The name may have two addresses, of which the server listens on one.
        let server = try await MemcachedServer.start(on: endpoint)
        let port = try #require(server.address.split(separator: ":").last)
        let client = try client("localhost:\(port)")
        do {
            #expect(try await client.set("k", to: "v") == .stored)
        } catch {
            // On a machine where the name has no address of version 6.
            try #require(endpoint == .tcp6, "\(error)")
        }
    }

    @Test func `a name without an address is an error`() async throws {
        let error = try await expectError(.cannotConnect, from: "no-such-host.invalid:11211") {
            try await client("no-such-host.invalid:11211").get("k")
        }
        #expect(error.message.hasPrefix("cannot connect: the name cannot be resolved"))
    }

    @Test(arguments: ["127.0.0.1", "localhost"], [0, -1, 65536, .max, .min])
    func `a port that does not exist is an error`(_ host: String, _ port: Int) async throws {
        let address = ServerAddress(.tcp(host: host, port: port))
        var configuration = ClientConfiguration(server: address)
        configuration.sockets = OverBothSockets.sockets
        let error = await #expect(throws: MemcacheError.self) { try await MemcacheClient(configuration).get("k") }
        #expect(error?.code == .cannotConnect)
        #expect(error?.message == "cannot connect: \(port) is not a port (1 to 65535)")
    }

    @Test func `a socket that is not there is an error`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/none"
        let error = try await expectError(.cannotConnect, from: "unix:\(path)") { try await client(path).get("k") }
        #expect(error.message == "cannot connect: no such file or directory")
    }

    @Test func `a port that refuses is an error`() async throws {
        let address = try ServerEndpoint.refused()
        let error = try await expectError(.cannotConnect, from: address) { try await client(address).get("k") }
        #expect(error.message == "cannot connect: connection refused")
    }
}
