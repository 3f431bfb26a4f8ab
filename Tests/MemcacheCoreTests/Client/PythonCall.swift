import Foundation
import TestSupport
import Testing

@testable import MemcacheCore

/// One recorded call of python-memcached's `Client`: what it sent and what it returned.
struct PythonCall: Sendable {
    var name: String
    var arguments: [VectorValue]
    var options: [String: VectorValue]
    /// What it sent, in order: to which server, and on which of the connections to it, counted from 1.
    var sent: [(server: Int, connection: Int, bytes: [UInt8])]
    /// How it ended: `return` or `raise`.
    var result: VectorValue

    init(_ step: VectorValue) {
        name = step["call"].text ?? ""
        arguments = step["args"].items
        options = step["kwargs"].members
        sent = step["sent"].items.map {
            ($0["server"].integer ?? 0, $0["connection"].integer ?? 1, Self.bytes(of: $0))
        }
        result = step["result"]
    }

    /// The bytes of a recorded text, or of recorded base64.
    static func bytes(of entry: VectorValue) -> [UInt8] {
        if case .text = entry { return entry.bytes }
        return entry["b64"].data ?? entry["text"].bytes
    }

    var isWithoutReply: Bool { options["noreply"]?.boolean == true }
    var returned: VectorValue? { result["raise"] == .null ? result["return"] : nil }

    /// An argument, by position or by name.
    subscript(place: Int, name: String) -> VectorValue {
        arguments.indices.contains(place) ? arguments[place] : options[name] ?? .null
    }

    var description: String { "\(name)(\(arguments)\(options.isEmpty ? "" : ", \(options)"))" }
}

extension Key {
    /// A key as Python writes it: text, bytes, a number, or a routing number with a key.
    init(python: VectorValue) throws {
        switch python {
        case .text(let text): try self.init(text.utf8)
        case .integer(let number): self.init(number)
        case .object(let members):
            if let bytes = members["$bytes"]?.data {
                try self.init(bytes)
            } else if let pair = members["$tuple"]?.items, pair.count == 2 {
                self = try Key(python: pair[1]).routed(by: RoutingNumber(pair[0].integer ?? 0))
            } else if let text = members["$float"]?.text.flatMap(Double.init) {
                try self.init(describing: text)
            } else {
                throw TestSupportFailure("no key: \(python)")
            }
        // Python's None and the like have no counterpart: Swift does not compile them.
        default: throw MemcacheError(.keyEmpty, "not a key")
        }
    }
}

/// The result of a call here.
enum CallOutcome: Sendable {
    case nothing
    case done(Bool)
    case value(PickleValue?)
    case number(UInt64?)
    case values(ValuesAnswer<PickleValue>)
    case failed([Key])
    case statistics([[(String, String)]?])
    case error(MemcacheError)

    var error: MemcacheError? { if case .error(let error) = self { error } else { nil } }
}

extension MemcacheClient {
    /// Makes the call that python-memcached made.
    func make(_ call: PythonCall) async throws -> CallOutcome {
        do {
            return try await outcome(of: call)
        } catch let error as MemcacheError {
            return .error(error)
        }
    }

    private func outcome(of call: PythonCall) async throws -> CallOutcome {
        func key() throws -> Key { try Key(python: call[0, "key"]) }
        func expiration(_ place: Int) throws -> Expiration {
            let seconds = call[place, "time"].integer ?? 0
            return try #require(Expiration(wireValue: Int64(seconds)))
        }
        func value() throws -> PickleValue { try #require(PickleValue(tagged: call[1, "val"])) }
        let prefix = call.options["key_prefix"].map { $0.text ?? ($0["$bytes"].data ?? []).text } ?? ""
        let length = call.options["min_compress_len"]?.integer
        if call.isWithoutReply {
            let silent = values.withoutReply
            switch call.name {
            case "set": try await silent.set(try key(), to: try value(), expiration: try expiration(2))
            case "add": try await silent.add(try key(), value: try value(), expiration: try expiration(2))
            case "replace": try await silent.replace(try key(), with: try value(), expiration: try expiration(2))
            case "append": try await silent.append(try value(), to: try key())
            case "prepend": try await silent.prepend(try value(), to: try key())
            case "cas": try await silent.compareAndSwap(try key(), to: try value(), expiration: try expiration(2))
            case "set_multi": return .failed(Array(try await silent.setMany(try pairs(call), prefix: prefix).keys))
            case "delete": try await execute(Command.WithoutReply(Command.Delete(try key())))
            case "touch":
                try await execute(Command.WithoutReply(Command.Touch(try key(), expiration: try expiration(1))))
            case "incr":
                let delta = UInt64(call[1, "delta"].integer ?? 1)
                try await execute(Command.WithoutReply(Command.Increment(try key(), by: delta)))
            case "decr":
                let delta = UInt64(call[1, "delta"].integer ?? 1)
                try await execute(Command.WithoutReply(Command.Decrement(try key(), by: delta)))
            case "delete_multi":
                let keys = try call[0, "keys"].items.map { try Key(python: $0) }
                let failures = await executeAll(keys.map { Command.WithoutReply(Command.Delete($0)) }).filter {
                    if case .failure = $0 { true } else { false }
                }
                return .done(failures.isEmpty)
            default: throw TestSupportFailure("no call without reply: \(call.name)")
            }
            return .nothing
        }
        switch call.name {
        case "get": return .value(try await values.get(try key()))
        case "gets": return .value(try await values.gets(try key())?.value)
        case "set":
            let outcome = try await values.set(
                try key(), to: try value(), expiration: try expiration(2), minimumCompressLength: length)
            return .done(outcome == .stored)
        case "add":
            let outcome = try await values.add(
                try key(), value: try value(), expiration: try expiration(2), minimumCompressLength: length)
            return .done(outcome == .stored)
        case "replace":
            let outcome = try await values.replace(
                try key(), with: try value(), expiration: try expiration(2), minimumCompressLength: length)
            return .done(outcome == .stored)
        case "append": return .done(try await values.append(try value(), to: try key()) == .stored)
        case "prepend": return .done(try await values.prepend(try value(), to: try key()) == .stored)
        case "cas":
            let outcome = try await values.compareAndSwap(
                try key(), to: try value(), expiration: try expiration(2), minimumCompressLength: length)
            return .done(outcome == .stored)
        case "delete": return .done(try await delete(try key()) == .deleted)
        case "touch": return .done(try await touch(try key(), expiration: try expiration(1)) == .touched)
        case "incr", "decr":
            let text = call[1, "delta"]
            let delta = text.integer.map { UInt64($0) } ?? text["$int"].text.flatMap { UInt64($0) } ?? 1
            if call.name == "incr" {
                guard case .value(let number) = try await increment(try key(), by: delta) else { return .number(nil) }
                return .number(number)
            }
            guard case .value(let number) = try await decrement(try key(), by: delta) else { return .number(nil) }
            return .number(number)
        case "get_multi":
            return .values(
                try await values.getMany(try call[0, "keys"].items.map { try Key(python: $0) }, prefix: prefix))
        case "set_multi":
            let answer = try await values.setMany(
                try pairs(call), expiration: try expiration(1), prefix: prefix, minimumCompressLength: length)
            return .failed(Array(answer.failures.keys) + answer.outcomes.filter { $0.value != .stored }.map(\.key))
        case "delete_multi":
            let keys = try call[0, "keys"].items.map { try Key(python: $0) }
            return .done(try await deleteMany(keys, prefix: prefix).failures.isEmpty)
        case "flush_all": return .done(await flushAll().allSatisfy { (try? $0.result.get()) != nil })
        case "get_stats", "get_slabs", "get_slab_stats":
            let arguments = ["get_slabs": "items", "get_slab_stats": "slabs"][call.name] ?? call[0, "stat_args"].text
            let group: Command.Statistics.Group =
                switch arguments {
                case nil: .general
                case "items": .items
                case "slabs": .slabs
                default: throw TestSupportFailure("no group: \(arguments ?? "")")
                }
            return .statistics(
                await statisticsOfEveryServer(group).map { answer in
                    (try? answer.result.get())?.map { ($0.name.text, $0.value.text) }
                })
        case "disconnect_all": disconnect()
        case "reset_cas": resetCASTokens()
        default: throw TestSupportFailure("no call: \(call.name)")
        }
        return .nothing
    }

    private func pairs(_ call: PythonCall) throws -> [(key: Key, value: PickleValue)] {
        let mapping = call[0, "mapping"]
        let items = mapping["items"].items + mapping["$dict"].items
        return try items.map { (key: try Key(python: $0[0]), value: try #require(PickleValue(tagged: $0[1]))) }
    }
}

extension [UInt8] {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
