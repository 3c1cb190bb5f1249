/// A binary heap that gives the least element first.
struct MinHeap<Element: Comparable> {
    private var elements: [Element]

    /// Creates a heap.
    ///
    /// - Complexity: O(*n* log *n*).
    init(_ elements: [Element] = []) { self.elements = elements.sorted() }

    /// The least element; `nil` when empty.
    var least: Element? { elements.first }

    /// Takes in an element.
    ///
    /// - Complexity: O(log *n*).
    mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[child] < elements[parent] else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the least element.
    ///
    /// - Complexity: O(log *n*).
    mutating func removeLeast() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let least = elements.first else { return last }
        replaceLeast(last)
        return least
    }

    /// Puts `element` in the place of the least one, which must exist.
    ///
    /// - Complexity: O(log *n*).
    mutating func replaceLeast(_ element: Element) {
        elements[0] = element
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < elements.count else { return }
            if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
            guard elements[child] < elements[parent] else { return }
            elements.swapAt(child, parent)
            parent = child
        }
    }
}
