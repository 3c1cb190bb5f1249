import GanzhiModel
import GanzhiWindow
import Testing

struct PlanTests {
    private func plan(every: TimeSpan, lateness: TimeSpan = .zero, _ windows: WindowSpec...) throws(Problem) -> Plan {
        try Plan(every: every, lateness: lateness, windows: windows)
    }

    @Test func `a pane is the greatest common divisor of all sizes and hops`() throws {
        let plan = try plan(
            every: .seconds(30),
            WindowSpec(size: .seconds(90), every: .seconds(30)),
            WindowSpec(size: .seconds(45), every: .minutes(1))
        )
        #expect(plan.pane == .seconds(15))
    }

    @Test func `a plan of more than 1,024 panes is refused, saying which every would do`() throws {
        let problem = try #require(throws: Problem.self) {
            try plan(every: .seconds(1), WindowSpec(size: .hours(1), every: .seconds(1)))
        }
        #expect(problem.message.contains("1024"))
        // 1 h ÷ 5 s is 720 panes, 1 h ÷ 2 s is 1,800.
        #expect(problem.remedy.contains("5s"))
        #expect(throws: Never.self) {
            try plan(every: .seconds(5), WindowSpec(size: .hours(1), every: .seconds(5)))
        }
    }

    @Test(arguments: [1, 2, 5, 10, 60], [61, 3600, 7000, 43_200, 86_400, 31_536_000])
    func `the every that a refusal names would do`(every: Int64, size: Int64) throws {
        do throws(Problem) {
            _ = try plan(
                every: .seconds(every),
                WindowSpec(size: .seconds(size), every: .seconds(every))
            )
        } catch {
            let problem = error
            let named = problem.remedy.split(separator: "`").compactMap { part in
                part.hasPrefix(" to ") ? TimeSpan(String(part.dropFirst(4).prefix { $0 != " " })) : nil
            }
            guard let named = named.first else {
                #expect(problem.remedy == "Shorten the windows or the lateness.")
                return
            }
            #expect(throws: Never.self) {
                try plan(every: named, WindowSpec(size: .seconds(size), every: named))
            }
        }
    }

    @Test func `lateness holds panes open and counts`() throws {
        let window = WindowSpec(size: .minutes(1), every: .seconds(1))
        let short = try plan(every: .seconds(1), window)
        let long = try plan(every: .seconds(1), lateness: .minutes(10), window)
        #expect(long.paneCount == short.paneCount + 600)
        #expect(throws: Problem.self) { try plan(every: .seconds(1), lateness: .minutes(20), window) }
    }

    @Test func `days wait for a calendar`() throws {
        let problem = try #require(throws: Problem.self) {
            try plan(every: .days(1), WindowSpec(size: .days(1), every: .days(1)))
        }
        #expect(problem.remedy.contains("1h"))
    }
}
