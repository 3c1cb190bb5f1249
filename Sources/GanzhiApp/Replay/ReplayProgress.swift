import Foundation
import GanzhiModel
import GanzhiStore

/// Says on stderr how far a replay is, and at its end what became of the input.
struct ReplayProgress {
    private let isShown: Bool
    private let size: Int
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant

    init(isShown: Bool, size: Int) {
        self.isShown = isShown
        self.size = size
        start = clock.now
        last = start
    }

    mutating func note(bytes: Int) {
        guard isShown, last.duration(to: clock.now) > .milliseconds(500) else { return }
        last = clock.now
        let share = size > 0 ? " \(min(100, bytes * 100 / size)) %" : ""
        FileHandle.standardError.write(Data("\r\(bytes >> 20) MiB\(share) ".utf8))
    }

    func finish(lines: UInt64, refused: Int, events: Int, ledger: [LedgerKey: Int64]) {
        let elapsed = start.duration(to: clock.now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let readings = ledger.filter { $0.key.column == .readingsDecoded }.reduce(0) { $0 + $1.value }
        let rate = seconds > 0 ? Int(Double(readings) / seconds) : 0
        var parts: [String] = []
        for column in LedgerColumn.allCases where column.rawValue.hasPrefix("readings.") && column != .readingsDecoded {
            let count = ledger.filter { $0.key.column == column }.reduce(0) { $0 + $1.value }
            if count > 0 { parts.append("\(count) \(column.rawValue.dropFirst("readings.".count))") }
        }
        if isShown { FileHandle.standardError.write(Data("\r".utf8)) }
        StandardStreams.talk(
            "\(lines) lines, \(refused) refused; \(readings) readings"
                + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
                + "; \(events) events; \(rate) readings/s."
        )
    }
}
