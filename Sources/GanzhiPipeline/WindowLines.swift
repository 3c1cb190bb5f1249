import GanzhiModel
import GanzhiWindow

/// Writes window results as NDJSON, the form that `replay --windows` promises.
struct WindowLines {
    /// What one series says at an instant.
    struct Results {
        var end: Timestamp
        var series: UInt32
        var firstWindow: Int
        var firstValue: Int
    }

    /// A result on its way into a line, with what it is sorted by.
    struct Entry {
        var end: Timestamp
        /// Number of the scenario, in code-point order.
        var scenario: Int
        var series: UInt32
        /// Number of the measure as declared.
        var measure: Int
        /// Place among the results and the values of the output.
        var result: Int
        var value: Int
    }

    /// The lines of the block at hand, in no order.
    var entries: [Entry] = []
    private(set) var writer = JSONWriter()

    /// Appends a line.
    mutating func append(scenario: String, key: String, measure: String, window: WindowResult, value: Double) {
        writer.object {
            $0.member("scenario", scenario)
            $0.member("key", key)
            $0.member("measure", measure)
            $0.member("start", window.start.milliseconds)
            $0.member("end", window.end.milliseconds)
            $0.member("count", window.count)
            $0.member("value", value)
            $0.member("coverage", window.coverage)
            $0.member("good", window.goodShare)
            $0.member("revision", window.revision)
        }
        writer.newline()
    }

    mutating func removeAll() { writer.removeAll() }
}
