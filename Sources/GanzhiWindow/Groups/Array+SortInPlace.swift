extension Array where Element: Comparable {
    /// Sorts in place and without a buffer: heapsort (Williams 1964), nothing where all is in order.
    mutating func sortInPlace() {
        var isSorted = true
        for index in indices.dropFirst() where self[index - 1] > self[index] {
            isSorted = false
            break
        }
        guard !isSorted else { return }
        for root in stride(from: count / 2 - 1, through: 0, by: -1) { sink(root, below: count) }
        for last in stride(from: count - 1, to: 0, by: -1) {
            swapAt(0, last)
            sink(0, below: last)
        }
    }

    private mutating func sink(_ place: Int, below end: Int) {
        var root = place
        while root * 2 + 1 < end {
            var child = root * 2 + 1
            if child + 1 < end, self[child] < self[child + 1] { child += 1 }
            if self[root] >= self[child] { return }
            swapAt(root, child)
            root = child
        }
    }
}
