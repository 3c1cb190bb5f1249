import GanzhiModel
import GanzhiWindow

/// What the series behind a key say at an instant: what its ladder is judged by.
///
/// Reused, so that in steady state nothing is allocated; a copy is a memory of the instant.
struct KeyInputs {
    /// One series.
    struct Member {
        /// Number of the input that it belongs to.
        var input: Int
        var series: UInt32
        /// Index of its first window result.
        var firstWindow: Int
        /// Index of its first value.
        var firstValue: Int
    }

    /// Members in the order of their inputs, within an input in that of their devices' names.
    private(set) var members: [Member] = []
    private(set) var windows: [WindowResult] = []
    private(set) var values: [Double] = []

    init() {}

    func write(to state: inout StateWriter) throws {
        try state.array(members)
        try state.array(windows)
        try state.array(values)
    }

    init(from state: inout StateReader) throws {
        members = try state.array()
        windows = try state.array()
        values = try state.array()
    }

    mutating func removeAll() {
        members.removeAll(keepingCapacity: true)
        windows.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    /// Adds what a series says.
    mutating func append(
        input: Int,
        series: UInt32,
        plan: Plan,
        firstWindow: Int32,
        firstValue: Int32,
        of output: borrowing WindowOutput
    ) {
        members.append(
            Member(input: input, series: series, firstWindow: windows.count, firstValue: values.count)
        )
        for window in plan.windows.indices { windows.append(output.windows[Int(firstWindow) + window]) }
        for value in plan.aggregates.indices { values.append(output.values[Int(firstValue) + value]) }
    }

    /// Puts a revised window in the place of the one that stood, and says whether that one stood here.
    mutating func revise(series: UInt32, input: Int, window: Int, _ result: WindowResult) -> Member? {
        guard let member = members.first(where: { $0.series == series && $0.input == input }),
            windows[member.firstWindow + window].end == result.end,
            windows[member.firstWindow + window].start == result.start
        else { return nil }
        windows[member.firstWindow + window] = result
        return member
    }

    /// Sets the value of an aggregate that had a result; one that had none stays unknown.
    mutating func setValue(_ value: Double, at place: Int) { if values[place].isFinite { values[place] = value } }
}
