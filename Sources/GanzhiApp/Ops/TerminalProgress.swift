import Foundation
import Glibc

/// One line on stderr that says how far long work is; nothing where stderr is no terminal.
final class TerminalProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var last: ContinuousClock.Instant?
    private var hasText = false

    /// Shortest time between two changes of the line.
    private static let pause = Duration.milliseconds(200)

    /// Says how far it is.
    ///
    /// - Parameter total: All there is to do, in the unit of `done`; 0 where nobody knows.
    func show(_ what: String, _ done: UInt64 = 0, of total: UInt64 = 0) {
        guard isShown, last.map({ $0.duration(to: .now) >= Self.pause }) ?? true else { return }
        last = .now
        hasText = true
        let share = total > 0 ? " \(min(100, UInt64(Double(done) * 100 / Double(total)))) %" : ""
        write("\r\u{1B}[K\(what)\(done > 0 ? " \(done)" : "")\(share)")
    }

    /// Takes the line away, before something else is said.
    func clear() {
        if hasText { write("\r\u{1B}[K") }
        hasText = false
        last = nil
    }

    private func write(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
