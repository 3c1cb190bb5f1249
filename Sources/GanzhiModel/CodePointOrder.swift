extension String {
    /// Whether this string comes before another by code point, the order that results and events leave in.
    ///
    /// `String.<` compares by canonical equivalence instead. UTF-8 keeps code-point order byte by byte.
    public func precedesByCodePoint(_ other: String) -> Bool {
        let isBefore = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                var index = 0
                let shared = min(left.count, right.count)
                while index < shared, left[index] == right[index] { index += 1 }
                return index < shared ? left[index] < right[index] : left.count < right.count
            }
        }
        return (isBefore ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
    }
}
