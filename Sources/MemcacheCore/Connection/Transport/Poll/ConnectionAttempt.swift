import MemcachePlatform

/// An attempt to connect a socket, within a time limit: every address of a name is tried, the next one when one has failed
/// or has not answered for a while (RFC 8305), and the first to answer wins.
///
/// `@unchecked Sendable`: it lives on the loop.
final class ConnectionAttempt: PollWatcher, @unchecked Sendable {
    private weak var transport: PollTransport?
    private let loop: PollLoop
    private let timeout: Duration
    private let resolve: NameResolution.Resolver
    private var untried: ArraySlice<SocketDestination> = []
    private var descriptors: [Int32] = []
    private var firstFailure: SystemError?
    private var isOver = false

    /// The time after which the next address is tried too.
    private var headStart = ConnectionAttempt.maximumHeadStart
    /// The number of times that an address was tried.
    private var tries = 0

    private static let maximumHeadStart = Duration.milliseconds(250)
    /// The time before a Unix socket whose queue is full is tried again.
    private static let queueDelay = Duration.milliseconds(10)

    init(on transport: PollTransport, loop: PollLoop, timeout: Duration, resolve: @escaping NameResolution.Resolver) {
        self.transport = transport
        self.loop = loop
        self.timeout = timeout
        self.resolve = resolve
    }

    /// Begins. The transport is notified of the result, maybe at once.
    func begin(with endpoint: ServerAddress.Endpoint) {
        transport?.schedule(at: .now.advanced(by: timeout)) { [weak self] in self?.timeIsOver() }
        switch endpoint {
        case .unix(let path):
            guard let destination = SocketDestination(path: path) else {
                return fail(.notConnected("the path is too long", underlying: SystemError(ENAMETOOLONG)))
            }
            untried = [destination]
            tryNext()
        case .tcp(let host, let port):
            if let destination = SocketDestination(numeric: host, port: port) {
                untried = [destination]
                return tryNext()
            }
            // Held until the answer comes, which may be later than the time limit.
            resolve(host, port) { result in
                self.loop.execute { self.resolved(result) }
            }
        }
    }

    /// Ends the attempt; the transport is not notified.
    func cancel() {
        isOver = true
        for descriptor in descriptors { drop(descriptor) }
    }

    private func resolved(_ result: Result<[SocketDestination], NameResolution.Failure>) {
        guard !isOver else { return }
        switch result {
        case .success(let destinations):
            untried = destinations[...]
            headStart = min(ConnectionAttempt.maximumHeadStart, timeout / max(1, destinations.count))
            tryNext()
        case .failure(.resources(let reason)): fail(.noResources(reason))
        case .failure(let failure): fail(.notConnected("the name cannot be resolved: \(failure)", underlying: failure))
        }
    }

    private func tryNext() {
        while !isOver, let destination = untried.popFirst() {
            tries += 1
            do throws(SystemError) {
                let (descriptor, isConnected) = try destination.beginConnecting()
                if isConnected { return succeed(descriptor) }
                descriptors.append(descriptor)
                loop.watch(descriptor, for: POLLOUT, self)
                if !untried.isEmpty { schedule(after: headStart) }
                return
            } catch {
                if LocalResources.areShort(error.code) { return fail(.noResources(error.description)) }
                if error.code == EAGAIN, destination.family == AF_UNIX {
                    // Its queue is full: the server is busy.
                    untried = [destination]
                    return schedule(after: ConnectionAttempt.queueDelay)
                }
                note(error)
            }
        }
        if descriptors.isEmpty, !isOver {
            let failure = firstFailure ?? SystemError(EADDRNOTAVAIL)
            fail(.notConnected(failure.description, underlying: failure))
        }
    }

    /// Tries the next address later, unless another one is tried before that.
    private func schedule(after duration: Duration) {
        transport?.schedule(at: .now + duration) { [weak self, tries] in
            if let self, !isOver, self.tries == tries { tryNext() }
        }
    }

    func isReady(_ descriptor: Int32, _ events: Int16) {
        guard !isOver else { return }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        descriptors.removeAll { $0 == descriptor }
        if code == 0 {
            loop.forget(descriptor)
            return succeed(descriptor)
        }
        drop(descriptor)
        note(SystemError(code))
        tryNext()
    }

    private func note(_ error: SystemError) {
        if firstFailure == nil { firstFailure = error }
    }

    private func drop(_ descriptor: Int32) {
        loop.forget(descriptor)
        close(descriptor)
    }

    private func succeed(_ descriptor: Int32) {
        cancel()
        transport?.attemptSucceeded(descriptor)
    }

    private func fail(_ ending: TransportEnding) {
        cancel()
        transport?.attemptFailed(ending)
    }

    private func timeIsOver() {
        if !isOver { fail(.connectTimedOut) }
    }
}
