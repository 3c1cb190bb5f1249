import GanzhiCatalogue
import GanzhiModel

/// Keys that are judged by several series together: the plans of their inputs, and who belongs to them.
struct Cohort {
    /// One key.
    struct Group {
        let key: String
        /// By input the series, in the order of their devices' names once sorted.
        fileprivate(set) var members: [[UInt32]]
        fileprivate var isSorted = false
        /// The greatest series among them.
        fileprivate var greatest: UInt32 = 0

        /// By input the series below a number, in the order of their devices' names.
        func members(below number: UInt32) -> [[UInt32]] {
            greatest < number ? members : members.map { $0.filter { $0 < number } }
        }
    }

    /// What a key is.
    let per: Watch.Key
    /// By input the number of its plan; `nil` where nothing is measured.
    let plans: [Int?]
    /// The keys by number.
    private(set) var groups: [Group] = []
    private var numbers: [String: Int] = [:]

    init(per: Watch.Key, plans: [Int?]) {
        self.per = per
        self.plans = plans
    }

    /// The number of a key that has members; `nil` where none has been heard.
    func number(ofKey key: String) -> Int? { numbers[key] }

    /// Adds a series to a key, which is made where it has no member yet, and says the key's number.
    mutating func join(_ series: UInt32, input: Int, key: String) -> Int {
        let number = numbers[key] ?? groups.count
        if number == groups.count {
            numbers[key] = number
            groups.append(Group(key: key, members: Array(repeating: [], count: plans.count)))
        }
        groups[number].members[input].append(series)
        groups[number].isSorted = false
        groups[number].greatest = max(groups[number].greatest, series)
        return number
    }

    /// Goes on with the keys of another cohort under their numbers, without their members.
    mutating func takeOverKeys(of other: Cohort) {
        numbers = other.numbers
        groups = other.groups.map { Group(key: $0.key, members: Array(repeating: [], count: plans.count)) }
    }

    func write(to state: inout StateWriter) throws {
        try state.each(groups) { group, state in
            try state.string(group.key)
            try state.each(group.members) { try $1.array($0) }
            try state.value(group.isSorted)
            try state.value(group.greatest)
        }
    }

    mutating func restore(from state: inout StateReader) throws {
        groups = try state.each { state in
            Group(
                key: try state.string(),
                members: try state.each { try $0.array() },
                isSorted: try state.value(),
                greatest: try state.value()
            )
        }
        guard groups.allSatisfy({ $0.members.count == plans.count }) else {
            throw StateMismatch("the keys of a scenario have other inputs")
        }
        numbers = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1.key, $0) })
    }

    /// Sorts the members of a key by their devices' names, where that is not done.
    mutating func sort(_ group: Int, device: (UInt32) -> String) {
        guard !groups[group].isSorted else { return }
        for input in groups[group].members.indices {
            groups[group].members[input].sort { device($0).precedesByCodePoint(device($1)) }
        }
        groups[group].isSorted = true
    }
}
