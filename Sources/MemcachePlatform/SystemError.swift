/// An error number of the system.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The number, as `errno` has it.
    package let code: Int32

    package init(_ code: Int32 = errno) { self.code = code }

    /// The system's words for it: `connection refused`.
    package var description: String { String(cString: strerror(code)).lowercased() }
}
