import GanzhiModel
import GanzhiWindow
import Testing

struct PlanTests {
    private func plan(every: TimeSpan, lateness: TimeSpan = .zero, _ windows: WindowSpec...) throws(Problem) -> Plan {
        try Plan(every: every, lateness: lateness, aggregates: windows.map { Plan.Aggregate(.mean, $0) })
    }

    @Test func `a plan of more than 1,024 panes is refused, saying which every would do`() throws {
        let problem = try #require(throws: Problem.self) {
            try plan(every: .seconds(1), .hopping(.hours(1), every: .seconds(1)))
        }
        #expect(problem.message.contains("1024"))
        // 1 h ÷ 5 s is 720 panes, 1 h ÷ 2 s is 1,800.
        #expect(problem.remedy.contains("5s"))
        #expect(throws: Never.self) {
            try plan(every: .seconds(5), .hopping(.hours(1), every: .seconds(5)))
        }
    }

    @Test(arguments: [1, 2, 5, 10, 60], [61, 3600, 7000, 43_200, 86_400, 31_536_000])
    func `the every that a refusal names would do`(every: Int64, size: Int64) throws {
        do throws(Problem) {
            _ = try plan(
                every: .seconds(every),
                .hopping(.seconds(size), every: .seconds(every))
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
                try plan(every: named, .hopping(.seconds(size), every: named))
            }
        }
    }

    @Test func `lateness holds panes open and counts`() throws {
        let window = WindowSpec.hopping(.minutes(1), every: .seconds(1))
        let short = try plan(every: .seconds(1), window)
        let long = try plan(every: .seconds(1), lateness: .minutes(10), window)
        #expect(long.bytesPerSeries > short.bytesPerSeries + 600 * 32)
        #expect(throws: Problem.self) { try plan(every: .seconds(1), lateness: .minutes(20), window) }
    }

    @Test func `windows of another hop have panes of their own`() throws {
        let alone = try plan(every: .seconds(30), .hopping(.minutes(1), every: .seconds(30)))
        // In panes of 30 s, twelve hours would be 1,440.
        let both = try plan(
            every: .seconds(30),
            .hopping(.minutes(1), every: .seconds(30)),
            .hopping(.hours(12), every: .minutes(5))
        )
        #expect(both.bytesPerSeries > alone.bytesPerSeries + 144 * 32)
    }

    @Test func `plans that differ in nothing but that one is eager are not equal`() throws {
        let aggregates = [Plan.Aggregate(.mean, .tumbling(.minutes(1)))]
        let plain = try Plan(every: .minutes(1), aggregates: aggregates)
        let eager = try Plan(every: .minutes(1), eager: true, aggregates: aggregates)
        #expect(plain != eager)
    }

    @Test func `a window that ends with days is whole days long`() throws {
        let problem = try #require(throws: Problem.self) {
            try plan(every: .days(1), .hopping(.hours(30), every: .days(1)))
        }
        #expect(problem.remedy.contains("whole days"))
        #expect(throws: Never.self) { try plan(every: .hours(1), .hopping(.days(7), every: .days(1))) }
    }

    @Test(arguments: [WindowSpec.sliding(.minutes(5)), .session(gap: .minutes(5))])
    func `windows that readings end are neither revised nor held on to in quiet`(window: WindowSpec) throws {
        let aggregates = [Plan.Aggregate(.mean, window)]
        #expect(throws: Problem.self) { try Plan(every: .minutes(1), revise: .minutes(1), aggregates: aggregates) }
        #expect(throws: Problem.self) { try Plan(every: .minutes(1), quietCounts: true, aggregates: aggregates) }
        #expect(throws: Never.self) { try Plan(every: .minutes(1), aggregates: aggregates) }
    }
}
