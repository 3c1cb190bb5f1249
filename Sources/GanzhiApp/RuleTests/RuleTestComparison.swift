import GanzhiConfig
import GanzhiModel

/// What was expected of one scenario at one key, held against what came: as few differences as there can be.
struct RuleTestComparison {
    /// A scenario and one of its keys.
    struct Place: Hashable {
        var scenario: String
        var key: String
    }

    /// One line of the comparison.
    enum Entry {
        /// Came as expected.
        case agreed(WarningContent)
        /// Was expected and did not come.
        case missing(WarningExpectation)
        /// Came and was not expected.
        case unexpected(WarningContent)
    }

    let place: Place
    /// In order, what is missing before what came in its stead.
    let entries: [Entry]

    init(_ place: Place, expected: [WarningExpectation], came: [WarningContent]) {
        self.place = place
        entries = Self.align(expected, came)
    }

    /// Whether all came as expected.
    var agrees: Bool {
        entries.allSatisfy { entry in
            if case .agreed = entry { true } else { false }
        }
    }

    /// A longest common subsequence, with what is not in it around it.
    ///
    /// - Complexity: O(*expected* × *came*).
    private static func align(_ expected: [WarningExpectation], _ came: [WarningContent]) -> [Entry] {
        // lengths[i][j]: how many of expected[i...] and came[j...] can agree.
        var lengths = Array(repeating: Array(repeating: 0, count: came.count + 1), count: expected.count + 1)
        for i in expected.indices.reversed() {
            for j in came.indices.reversed() {
                lengths[i][j] =
                    expected[i].agrees(with: came[j])
                    ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var entries: [Entry] = []
        var (i, j) = (0, 0)
        while i < expected.count || j < came.count {
            if i < expected.count, j < came.count, expected[i].agrees(with: came[j]) {
                entries.append(.agreed(came[j]))
                (i, j) = (i + 1, j + 1)
            } else if i < expected.count, j == came.count || lengths[i + 1][j] >= lengths[i][j + 1] {
                entries.append(.missing(expected[i]))
                i += 1
            } else {
                entries.append(.unexpected(came[j]))
                j += 1
            }
        }
        return entries
    }
}

extension WarningExpectation {
    /// Relative error that values of evidence may have.
    private static let tolerance = 1e-9

    /// Whether an event is as expected.
    func agrees(with event: WarningContent) -> Bool {
        event.kind == kind.rawValue && event.data.instant.milliseconds == instant.milliseconds
            && level ?? event.data.level == event.data.level
            && previous ?? event.data.previous == event.data.previous
            && (reason == nil || reason == event.data.reason)
            && evidence.allSatisfy { measure, value in
                guard let found = event.data.evidence?.first(where: { $0.measure == measure }) else { return false }
                return abs(found.value - value) <= Self.tolerance * max(abs(value), abs(found.value))
            }
    }
}
