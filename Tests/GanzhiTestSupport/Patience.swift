import Foundation

/// What a test waited for did not come.
public struct Impatience: Error, CustomStringConvertible {
    /// What was waited for, and what was there instead.
    public let description: String
}

/// Waits until there is something, looking again and again; for what other processes do.
///
/// - Parameters:
///   - what: What is waited for, for the error.
///   - seconds: Longest wait; far longer than it ever takes, so that a busy machine fails no test.
///   - look: What is there now; `nil` for not yet.
/// - Throws: ``Impatience``, or what the closures throw.
public func eventually<Value>(
    _ what: @autoclosure () throws -> String,
    within seconds: Double = 90,
    _ look: () throws -> Value?
) throws -> Value {
    let deadline = Date.now + seconds
    while true {
        if let value = try look() { return value }
        guard Date.now < deadline else { throw Impatience(description: "waited \(seconds) s for \(try what())") }
        usleep(5000)
    }
}

/// Waits until something is so.
///
/// - Throws: ``Impatience``, or what the closures throw.
public func eventually(
    _ what: @autoclosure () throws -> String,
    within seconds: Double = 90,
    _ look: () throws -> Bool
) throws {
    let _: Void = try eventually(try what(), within: seconds) { try look() ? () : nil }
}
