import GanzhiModel

extension DecodedBatch {
    /// Puts the readings from `start` on into time order; equal times keep their order.
    ///
    /// - Complexity: O(*n*) when they are in order, else O(*n* log *n*), allocating beyond 64 readings.
    mutating func sortByTime(from start: Int) {
        readings.withUnsafeMutableBufferPointer { all in
            var part = UnsafeMutableBufferPointer(rebasing: all[start...])
            if part.count > 64 {
                guard zip(part, part.dropFirst()).contains(where: { $0.time > $1.time }) else { return }
                part.sort { $0.time < $1.time }
                return
            }
            for index in part.indices.dropFirst() {
                var place = index
                while place > 0, part[place - 1].time > part[place].time {
                    part.swapAt(place - 1, place)
                    place -= 1
                }
            }
        }
    }
}
