import GanzhiModel
import GanzhiWindow

/// Writes window results as NDJSON, the form that `replay --windows` promises.
struct WindowLines {
    private(set) var writer = JSONWriter()

    /// Appends a line, unless the value is beyond what a number can say: such a window has no result.
    mutating func append(scenario: String, key: String, measure: Measure, window: WindowResult) {
        let value = window.value(measure.function)
        guard value.isFinite else { return }
        writer.object {
            $0.member("scenario", scenario)
            $0.member("key", key)
            $0.member("measure", measure.name)
            $0.member("start", window.start.milliseconds)
            $0.member("end", window.end.milliseconds)
            $0.member("count", window.count)
            $0.member("value", value)
            $0.member("coverage", window.coverage)
            $0.member("good", window.goodShare)
            $0.member("revision", 0)
        }
        writer.newline()
    }

    mutating func removeAll() { writer.removeAll() }
}
