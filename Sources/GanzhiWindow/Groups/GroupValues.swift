/// What the members of a group say at one instant, and what becomes of it in one number.
///
/// Members stand in the order of keys that the caller gives, the same in every partition, so that a group comes to the
/// same bytes however its members are spread.
///
/// - Complexity: Adding a member is O(1) where keys come in order; what is asked of all members is O(members).
public struct GroupValues: Sendable, Hashable {
    /// One member.
    public struct Member: Sendable {
        /// Its key.
        public let key: UInt64
        fileprivate let values: ArraySlice<Double>

        /// The value of an aggregate by its number in the plan; `nil` where it has none.
        public subscript(aggregate: Int) -> Double? {
            let value = values[values.startIndex + aggregate]
            return value.isNaN ? nil : value
        }
    }

    /// Keys of the members, ascending.
    public private(set) var keys: [UInt64] = []
    /// Values of each member's aggregates.
    private var values: [UInt64] = []
    /// How many aggregates a member has.
    public let aggregateCount: Int

    /// Creates values of no member.
    public init(aggregateCount: Int) {
        precondition(aggregateCount > 0, "A plan has at least one aggregate.")
        self.aggregateCount = aggregateCount
    }

    /// How many members have a result.
    public var count: Int { keys.count }

    /// Adds a member.
    ///
    /// - Parameters:
    ///   - key: Tells it from all others of the group in all partitions.
    ///   - values: Its aggregates' values in the plan's order, `nan` where there is none.
    public mutating func insert(key: UInt64, values: some Collection<Double>) {
        precondition(values.count == aggregateCount, "A member has a value for each aggregate.")
        let place = place(of: key)
        precondition(place == keys.count || keys[place] != key, "A member is in one partition only.")
        keys.insert(key, at: place)
        // As patterns of bits, in which no value is unequal to itself.
        self.values.insert(contentsOf: values.map(\.bitPattern), at: place * aggregateCount)
    }

    /// Adds the members of another partition.
    ///
    /// - Complexity: O(members of both).
    public mutating func merge(_ other: GroupValues) {
        precondition(other.aggregateCount == aggregateCount, "Parts of a group share its plan.")
        if let last = keys.last, let first = other.keys.first, last >= first {
            var merged = GroupValues(aggregateCount: aggregateCount)
            var (own, its) = (0, 0)
            while own < count || its < other.count {
                if its == other.count || own < count && keys[own] < other.keys[its] {
                    merged.append(own, of: self)
                    own += 1
                } else {
                    precondition(own == count || keys[own] != other.keys[its], "A member is in one partition only.")
                    merged.append(its, of: other)
                    its += 1
                }
            }
            self = merged
        } else {
            keys += other.keys
            values += other.values
        }
    }

    private mutating func append(_ place: Int, of other: GroupValues) {
        keys.append(other.keys[place])
        values += other.values[place * aggregateCount..<(place + 1) * aggregateCount]
    }

    /// The first place whose key is not below a key.
    private func place(of key: UInt64) -> Int {
        if let last = keys.last, last < key { return count }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The member at a place in the order of keys.
    public subscript(place: Int) -> Member {
        let own = values[place * aggregateCount..<(place + 1) * aggregateCount].map(Double.init(bitPattern:))
        return Member(key: keys[place], values: own[...])
    }

    // MARK: Numbers

    /// The arithmetic mean of an aggregate over the members that have a value; `nil` where none has.
    public func mean(of aggregate: Int) -> Double? {
        let (sum, count) = total(of: aggregate)
        return count > 0 ? finite(sum / Double(count)) : nil
    }

    /// The sum of an aggregate over the members that have a value, compensated, in the order of keys.
    public func sum(of aggregate: Int) -> Double? {
        let (sum, count) = total(of: aggregate)
        return count > 0 ? finite(sum) : nil
    }

    /// The smallest value of an aggregate; `nil` where no member has one.
    public func min(of aggregate: Int) -> Double? {
        fold(aggregate, nil as Double?) { least, value in least = Swift.min(least ?? value, value) }
    }

    /// The greatest value of an aggregate; `nil` where no member has one.
    public func max(of aggregate: Int) -> Double? {
        fold(aggregate, nil as Double?) { greatest, value in greatest = Swift.max(greatest ?? value, value) }
    }

    private func total(of aggregate: Int) -> (sum: Double, count: Int) {
        let (sum, count) = fold(aggregate, (CompensatedSum(), 0)) { total, value in
            total.0.add(value)
            total.1 += 1
        }
        return (sum.value, count)
    }

    private func fold<Result>(
        _ aggregate: Int,
        _ start: Result,
        _ body: (inout Result, _ value: Double) -> Void
    ) -> Result {
        precondition(aggregate >= 0 && aggregate < aggregateCount, "The plan has no such aggregate.")
        var result = start
        for place in keys.indices {
            let value = Double(bitPattern: values[place * aggregateCount + aggregate])
            if !value.isNaN { body(&result, value) }
        }
        return result
    }

    private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}
