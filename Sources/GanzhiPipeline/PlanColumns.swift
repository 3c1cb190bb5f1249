import GanzhiModel
import GanzhiWarnings

/// The columns that the scenarios of one plan read: each measure and each question of the clock once.
struct PlanColumns {
    /// What a column holds.
    enum Column: Hashable {
        /// An aggregate, `nan` where there is no result or less coverage than this.
        case aggregate(Int, window: Int, coverage: Double)
        /// A truth that depends on the instant alone.
        case between(LocalHours)
        case on(DayType)
    }

    private(set) var columns: [Column] = []
    /// By scenario, for each of its slots the column; `nil` for those that are judged key by key.
    private(set) var columnsOfSlots: [Int: [Int]] = [:]

    /// Adds a scenario; one that asks members of a group needs no columns.
    mutating func insert(_ scenario: Int, _ state: ScenarioState) {
        guard let slots = state.program?.slots, !slots.asksMembers else { return }
        let measures = state.slots.map {
            Column.aggregate($0.aggregate, window: $0.window, coverage: state.minimumCoverage)
        }
        let terms = slots.terms.map { entry -> Column in
            switch entry.term {
            case .between(let hours): .between(hours)
            case .on(let type): .on(type)
            case .members, .count, .share, .atLeast: preconditionFailure("It asks no members.")
            }
        }
        columnsOfSlots[scenario] = (measures + terms).map { number(of: $0) }
    }

    private mutating func number(of column: Column) -> Int {
        if let known = columns.firstIndex(of: column) { return known }
        columns.append(column)
        return columns.count - 1
    }
}
