import GanzhiModel
import GanzhiWarnings
import GanzhiWindow

extension Pipeline {
    /// Looks for evaluations at which a level's condition is true, plan by plan and column by column.
    mutating func findInterest(_ evaluations: Range<Int>) {
        interest.restart(evaluations)
        for plan in rowsOfPlan.indices { rowsOfPlan[plan].removeAll(keepingCapacity: true) }
        for index in evaluations {
            let plan = Int(output.evaluations[index].plan)
            rowsOfPlan[plan].append(index)
            if rowsOfPlan[plan].count == ConditionColumns.width { judgeColumns(ofPlan: plan) }
        }
        for plan in rowsOfPlan.indices where !rowsOfPlan[plan].isEmpty { judgeColumns(ofPlan: plan) }
    }

    private mutating func judgeColumns(ofPlan plan: Int) {
        let quietCounts = routing.plans[plan].plan.quietCounts
        columns.reserve(planColumns[plan].columns.count)
        for column in planColumns[plan].columns.indices { fill(column, ofPlan: plan, quietCounts: quietCounts) }
        for place in routing.scenariosOfPlan[plan].indices {
            let scenario = routing.scenariosOfPlan[plan][place]
            guard let program = routing.scenarios[scenario].program else { continue }
            guard let slots = planColumns[plan].columnsOfSlots[scenario] else {
                for row in rowsOfPlan[plan] { interest.insert(scenario: scenario, evaluation: row) }
                continue
            }
            columns.findTrue(of: program.when, slots: slots, count: rowsOfPlan[plan].count, into: &trueRows)
            for row in trueRows { interest.insert(scenario: scenario, evaluation: rowsOfPlan[plan][row]) }
        }
        rowsOfPlan[plan].removeAll(keepingCapacity: true)
    }

    private mutating func fill(_ number: Int, ofPlan plan: Int, quietCounts: Bool) {
        let column = columns.column(number)
        for (row, index) in rowsOfPlan[plan].enumerated() {
            let evaluation = output.evaluations[index]
            let mayDecide = evaluation.firstWindow >= 0 && (evaluation.isFresh || quietCounts)
            switch planColumns[plan].columns[number] {
            case .aggregate(let aggregate, let window, let coverage):
                guard mayDecide else {
                    column[row] = .nan
                    continue
                }
                let isBacked =
                    output.windows[Int(evaluation.firstWindow) + window].count > 0
                    && output.windows[Int(evaluation.firstWindow) + window].coverage >= coverage
                column[row] = isBacked ? output.values[Int(evaluation.firstValue) + aggregate] : .nan
            case .between(let hours):
                let holds = hours.contains(clock.local(endingAt: evaluation.instant).time)
                column[row] = (mayDecide ? holds ? Truth.true : .false : .unknown).slotValue
            case .on(let type):
                let holds = clock.isDay(clock.local(endingAt: evaluation.instant).day, of: type)
                column[row] = (mayDecide ? holds ? Truth.true : .false : .unknown).slotValue
            }
        }
    }

    /// Works out again what the scenarios of each plan read, after ladders were compiled.
    mutating func layColumns() {
        planColumns = routing.scenariosOfPlan.map { scenarios in
            var columns = PlanColumns()
            for scenario in scenarios { columns.insert(scenario, routing.scenarios[scenario]) }
            return columns
        }
        rowsOfPlan = Array(repeating: [], count: planColumns.count)
    }
}
