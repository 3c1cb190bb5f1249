/// When a row is to be looked at again; it may then be put back with a later time.
struct RowDeadline: Comparable {
    var time: Int64
    var series: UInt32
    var plan: UInt32

    static func == (left: RowDeadline, right: RowDeadline) -> Bool { left.order == right.order }
    static func < (left: RowDeadline, right: RowDeadline) -> Bool { left.order < right.order }

    private var order: (Int64, UInt32, UInt32) { (time, plan, series) }
}
