extension String {
    /// Whether this string comes before another by code point, the order that results and events leave in.
    ///
    /// `String.<` compares by canonical equivalence instead. UTF-8 keeps code-point order byte by byte.
    public func precedesByCodePoint(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
