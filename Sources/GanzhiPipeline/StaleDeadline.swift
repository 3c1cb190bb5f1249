/// When a standing warning may have fallen silent, in running time of the feed that its series was last heard through.
struct StaleDeadline: Comparable {
    var time: Int64
    var scenario: Int
    var key: Int

    static func < (left: StaleDeadline, right: StaleDeadline) -> Bool {
        (left.time, left.scenario, left.key) < (right.time, right.scenario, right.key)
    }
}
