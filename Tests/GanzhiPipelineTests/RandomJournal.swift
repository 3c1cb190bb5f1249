import GanzhiCatalogue
import GanzhiFeeds
import GanzhiModel
import GanzhiPipeline
import GanzhiTestSupport

/// A random journal: readings by two feeds that come and go, silences, and generations that follow each other.
struct RandomJournal {
    /// One block and the seconds that passed before it.
    struct Step {
        enum Content {
            case block(Block.Content)
            case reading(ReferenceLine, feed: String)
            case generation(Int)
        }

        var content: Content
        var seconds: Int64
    }

    private(set) var generations: [Generation] = []
    private(set) var steps: [Step] = []

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let cases = (0..<3).map { RandomGroupCase(seed: seed &* 3 &+ $0) }
        for one in cases {
            var generation = one.generation
            generation.feeds = ["f", "g"].map { name in
                FeedDefinition(name: name, topic: try! TopicFilter("\(name)/#"), format: .json)
            }
            generation.deviceSilence.otherwise = .seconds(90)
            generations.append(generation)
        }
        var lines = cases.flatMap(\.lines)[...]
        steps.append(Step(content: .block(.start), seconds: 0))
        for feed in ["f", "g"] {
            steps.append(Step(content: .block(.feed(name: feed, state: .drained)), seconds: 0))
        }
        while let line = lines.popFirst() {
            let feed = ["f", "f", "g"].randomElement(using: &random)!
            let content: Step.Content =
                switch Int.random(in: 0..<40, using: &random) {
                case 0: .generation(Int.random(in: 0..<3, using: &random))
                case 1: .block(.feed(name: feed, state: .down))
                case 2, 3: .block(.feed(name: feed, state: .drained))
                case 4: .block(.start)
                case 5: .block(.command(Self.command(number: steps.count, &random)))
                case 6...12: .block(.tick)
                default: .reading(line, feed: feed)
                }
            let seconds = [0, 0, 1, 5, 20].randomElement(using: &random)! as Int64
            steps.append(Step(content: content, seconds: seconds))
        }
    }

    /// Gives a pipeline a step; what a change of generation brings forth goes into the commit.
    func run(_ step: Step, _ pipeline: inout Pipeline, _ commit: inout Commit) throws {
        let begin: Int64 = 1_782_000_000_000_000
        let now = (pipeline.now == .never ? begin : pipeline.now.microseconds) + step.seconds * 1_000_000
        let sequence = pipeline.position + 1
        let received = Timestamp(microseconds: now)
        switch step.content {
        case .block(let content):
            pipeline.add(content, sequence: sequence, received: received, monotonic: now - begin)
        case .generation(let number):
            try pipeline.adopt(
                generations[number],
                sequence: sequence,
                received: received,
                monotonic: now - begin,
                into: &commit
            )
        case .reading(let line, let feed):
            _ = Array(line.text.utf8).withUnsafeBytes {
                pipeline.add(
                    topic: feed + "/x",
                    contentType: "",
                    isRetained: false,
                    payload: $0,
                    feed: feed,
                    sequence: sequence,
                    received: received,
                    monotonic: now - begin
                )
            }
        }
    }

    private static func command(number: Int, _ random: inout SeededGenerator) -> Command {
        let isLift = Int.random(in: 0..<4, using: &random) == 0
        let id = "s\(Int.random(in: 0..<3, using: &random))"
        let body: Command.Body =
            isLift
            ? .lift(id: id)
            : .suppress(
                Suppression(
                    id: id,
                    kind: .silence,
                    matchers: [.scenario: [["s", "a"].randomElement(using: &random)!]],
                    author: "duty officer",
                    reason: "known",
                    until: Timestamp(milliseconds: 1_782_000_000_000 + Int64.random(in: 0...600_000, using: &random))
                )
            )
        return Command(id: "c\(number)", actor: "a", body: body)
    }
}
