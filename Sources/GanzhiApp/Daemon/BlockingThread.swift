import Foundation

/// Runs a blocking loop on a thread of its own, so that it takes none from Swift's pool.
enum BlockingThread {
    /// Runs the body and returns, or throws, what it does.
    static func run<Result: Sendable>(
        _ name: String,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
            thread.name = name
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}
