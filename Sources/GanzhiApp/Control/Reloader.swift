import Foundation
import GanzhiConfig
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import Logging
import Synchronization

/// Reads the configuration again while the daemon runs: all of it holds, or nothing changes.
final class Reloader: Sendable {
    private let config: String
    private let store: EventStore
    private let requests: JournalRequests
    private let manager: ServiceManager?
    private let logger: Logger
    private let current: Mutex<Settings>
    /// Held for a whole reload, so that one follows the other.
    private let turn = NSLock()

    /// Seconds that a generation has to become durable in the journal.
    private static let patience = 60.0
    /// Problems that an answer shows.
    private static let mostProblems = 100

    /// Creates a reloader.
    ///
    /// - Parameters:
    ///   - config: Path of the configuration file.
    ///   - settings: What it said when the daemon was started.
    ///   - manager: Who is told that a reload goes on.
    init(
        config: String,
        settings: Settings,
        store: EventStore,
        requests: JournalRequests,
        manager: ServiceManager?,
        logger: Logger
    ) {
        self.config = config
        self.store = store
        self.requests = requests
        self.manager = manager
        self.logger = logger
        current = Mutex(settings)
    }

    /// What the newest generation was read with.
    var settings: Settings { current.withLock { $0 } }

    /// Reads the configuration and goes on under it; says what came of it, in the log too.
    ///
    /// - Parameter actor: Who asks.
    func reload(by actor: String) -> ControlAnswer {
        turn.lock()
        manager?.beginReload()
        defer {
            manager?.endReload()
            turn.unlock()
        }
        let answer: ControlAnswer
        do {
            answer = try read()
        } catch {
            answer = .refused(.unavailable, "The new generation cannot be stored: \(error)")
        }
        var metadata: Logger.Metadata = ["actor": "\(actor)", "config": "\(config)"]
        if let changes = answer.changes {
            metadata["changes"] = "\(GenerationText.lines(changes).joined(separator: "; "))"
        }
        if let generation = answer.generation { metadata["generation"] = "\(generation.prefix(12))" }
        // A line for each problem; what is indented are pieces of the files.
        for line in answer.notes.flatMap({ $0.split(separator: "\n") }) where !line.hasPrefix(" ") {
            logger.warning("reload: \(line)")
        }
        if answer.code == 0 {
            logger.notice("reload: \(answer.message)", metadata: metadata)
        } else {
            logger.error("reload: \(answer.message)", metadata: metadata)
        }
        return answer
    }

    private func read() throws -> ControlAnswer {
        let (loaded, problems) = GenerationReader.load(config: config)
        let notes = Self.notes(problems)
        guard let loaded else {
            return .refused(.config, "The configuration has errors; nothing has changed.", notes: notes)
        }
        let old = settings
        let fixed = FixedSettings.changed(from: old, to: loaded)
        guard fixed.isEmpty else {
            return .refused(
                .config,
                "\(config) changes \(fixed.joined(separator: ", ")), which a running daemon keeps; nothing has changed. "
                    + "Put the old value back, or restart the daemon to change it."
            )
        }
        let bundle = loaded.generation.bundle()
        let name = Generation.name(ofBundle: bundle)
        guard name != old.generation.name else {
            return ControlAnswer(
                code: 0,
                message: "Nothing changed in \(config).",
                notes: notes,
                generation: name,
                changes: GenerationDiff(from: old.generation, to: loaded.generation)
            )
        }
        if let problem = Self.problem(of: loaded.generation) {
            return .refused(.config, "\(problem) Nothing has changed.")
        }
        try store.saveGeneration(name, bundle: bundle, at: Clocks.now)
        let outcome = requests.submit(
            .generation(name: name, feeds: loaded.generation.feeds),
            within: Self.patience
        )
        switch outcome {
        case .journalled(let block):
            current.withLock { $0 = loaded }
            return ControlAnswer(
                code: 0,
                message: "Generation \(name.prefix(12)) holds.",
                notes: notes,
                block: block,
                generation: name,
                changes: GenerationDiff(from: old.generation, to: loaded.generation)
            )
        case .notDurable:
            // It will hold as soon as the journal is durable, and the next reload is compared with it.
            current.withLock { $0 = loaded }
            return outcome.refusal
        case .notTaken, .ending: return outcome.refusal
        }
    }

    /// The problems as they are shown, as many as an answer has room for.
    private static func notes(_ problems: [Problem]) -> [String] {
        guard !problems.isEmpty else { return [] }
        let text = String(ProblemText.text(of: Array(problems.prefix(mostProblems))).dropLast())
        let rest = problems.count - mostProblems
        return rest > 0 ? [text, "There are \(rest) more; `ganzhi check` shows all."] : [text]
    }

    /// Why the engine could not run under a generation; `nil` where it can.
    private static func problem(of generation: Generation) -> Problem? {
        do throws(Problem) {
            _ = try Pipeline(generation: generation, clock: .journal, hashSeed: 0)
            return nil
        } catch {
            return error
        }
    }
}
