import Foundation

/// How many random cases are tried.
public enum RandomCases {
    /// The seeds of a run: `GANZHI_SEED` is the first, `GANZHI_CASES` says how many.
    ///
    /// - Parameter count: How many there are where nothing is said.
    public static func seeds(_ count: UInt64) -> Range<UInt64> {
        let first = setting("GANZHI_SEED") ?? 1
        return first..<first + (setting("GANZHI_CASES") ?? count)
    }

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }
}
