import GanzhiModel

/// Puts readings into time order; equal times keep their order.
///
/// What is sorted is a small key for each reading; then every reading, which is large, moves once.
struct TimeOrder: Sendable {
    private struct Key: Sendable {
        var time: Timestamp
        var place: Int
    }

    /// Keys that are sorted by insertion before runs of them are merged.
    private static let run = 32

    // Kept for their memory only.
    private var keys: [Key] = []
    private var spare: [Key] = []

    /// Sorts the readings from `start` on.
    ///
    /// - Complexity: O(*n*) when they are in order, else O(*n* log *n*), without allocation once it has grown.
    mutating func sort(_ readings: inout [DecodedReading], from start: Int) {
        readings.withUnsafeMutableBufferPointer { all in
            let part = UnsafeMutableBufferPointer(rebasing: all[start...])
            guard !Self.isSorted(part) else { return }
            keys.removeAll(keepingCapacity: true)
            for place in 0..<part.count { keys.append(Key(time: part[place].time, place: place)) }
            sortKeys()
            keys.withUnsafeMutableBufferPointer { Self.move(part, to: $0) }
        }
    }

    private static func isSorted(_ readings: UnsafeMutableBufferPointer<DecodedReading>) -> Bool {
        var index = 1
        while index < readings.count {
            if readings[index - 1].time > readings[index].time { return false }
            index += 1
        }
        return true
    }

    private mutating func sortKeys() {
        keys.withUnsafeMutableBufferPointer { keys in
            for start in stride(from: 0, to: keys.count, by: Self.run) {
                Self.insert(keys, start, min(start + Self.run, keys.count))
            }
        }
        var width = Self.run
        while width < keys.count {
            spare.removeAll(keepingCapacity: true)
            for start in stride(from: 0, to: keys.count, by: 2 * width) { merge(start, width) }
            swap(&keys, &spare)
            width *= 2
        }
    }

    private static func insert(_ keys: UnsafeMutableBufferPointer<Key>, _ start: Int, _ end: Int) {
        var index = start + 1
        while index < end {
            let key = keys[index]
            var place = index
            while place > start, keys[place - 1].time > key.time {
                keys[place] = keys[place - 1]
                place -= 1
            }
            keys[place] = key
            index += 1
        }
    }

    /// Appends two neighbouring runs to ``spare`` as one.
    private mutating func merge(_ start: Int, _ width: Int) {
        let middle = min(start + width, keys.count)
        let end = min(middle + width, keys.count)
        var (left, right) = (start, middle)
        while left < middle || right < end {
            if right == end || left < middle && keys[left].time <= keys[right].time {
                spare.append(keys[left])
                left += 1
            } else {
                spare.append(keys[right])
                right += 1
            }
        }
    }

    /// Moves each reading to where the keys want it, along the circles that its places form.
    private static func move(
        _ readings: UnsafeMutableBufferPointer<DecodedReading>,
        to keys: UnsafeMutableBufferPointer<Key>
    ) {
        for start in 0..<keys.count where keys[start].place != start {
            let first = readings[start]
            var place = start
            while true {
                let source = keys[place].place
                keys[place].place = place
                guard source != start else { break }
                readings[place] = readings[source]
                place = source
            }
            readings[place] = first
        }
    }
}
