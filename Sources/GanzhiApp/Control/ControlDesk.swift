import Foundation
import GanzhiConfig
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import GanzhiWindow
import Logging
import Synchronization

/// Takes what people ask of the daemon: checks it, has it journalled, and says what came of it.
final class ControlDesk: Sendable {
    private let store: EventStore
    private let requests: JournalRequests
    private let reloader: Reloader
    private let health: HealthCollector
    private let logger: Logger
    /// Suppressions that the store does not know yet, by id: it learns of them when the engine has come to their blocks.
    private let granted = Mutex<[String: Suppression.Kind]>([:])

    /// Seconds that a command has to become durable.
    private static let patience = 20.0
    /// Suppressions that hold or are to come, at most.
    private static let mostSuppressions = 1000

    init(store: EventStore, requests: JournalRequests, reloader: Reloader, health: HealthCollector, logger: Logger) {
        self.store = store
        self.requests = requests
        self.reloader = reloader
        self.health = health
        self.logger = logger
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - line: The request, JSON.
    ///   - actor: Who asks.
    func answer(_ line: [UInt8], actor: String) -> ControlAnswer {
        guard let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(line)) else {
            return .refused(
                .usage,
                "The daemon does not understand the request: it is another version, or no command of ours. Use the "
                    + "program that the daemon runs."
            )
        }
        do {
            switch request {
            case .suppress(let wish): return try suppress(wish, actor: actor)
            case .lift(let kind, let id): return try lift(kind, id: id, actor: actor)
            case .reload: return reloader.reload(by: actor)
            case .ledger: return ledger()
            }
        } catch {
            logger.error("a command failed", metadata: ["actor": "\(actor)", "error": "\(error)"])
            return .refused(.internal, "\(error)")
        }
    }

    private func ledger() -> ControlAnswer {
        guard let health = health.health else {
            return .refused(.unavailable, "The daemon has not looked at its books yet. Try again in a second.")
        }
        var answer = ControlAnswer.done("Books of \(health.taken.rfc3339).")
        answer.books = LedgerBooks(health)
        return answer
    }

    private func suppress(_ wish: SuppressionWish, actor: String) throws -> ControlAnswer {
        let now = Clocks.now
        let generation = reloader.settings.generation
        let check = SuppressionCheck(generation: generation)
        if let problem = check.problem(of: wish, at: now) { return .refused(.data, problem) }
        for id in granted.withLock({ Array($0.keys) }) where try store.suppression(id) != nil {
            granted.withLock { $0[id] = nil }
        }
        guard try store.suppressions().count + granted.withLock({ $0.count }) < Self.mostSuppressions else {
            return .refused(
                .unavailable,
                "There are \(Self.mostSuppressions) silences and maintenances already. Remove some that are not needed."
            )
        }
        let id = try suppressionName(wish.kind, at: now)
        let suppression = Suppression(
            id: id,
            kind: wish.kind,
            matchers: wish.matchers.mapValues { Set($0).sorted { $0.precedesByCodePoint($1) } },
            author: wish.author.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? actor,
            reason: wish.reason,
            from: wish.from,
            until: SuppressionCheck.end(of: wish, at: now)
        )
        var answer = journal(
            Command(id: id, actor: actor, body: .suppress(suppression)),
            done: "\(wish.kind.rawValue) \(id) of \(SuppressionText.matchers(suppression)) until "
                + suppression.until.rfc3339
        )
        if answer.code == 0 {
            granted.withLock { $0[id] = wish.kind }
            answer.id = id
            answer.until = suppression.until
            answer.notes = check.notes(on: wish)
        }
        return answer
    }

    private func lift(_ kind: Suppression.Kind, id: String, actor: String) throws -> ControlAnswer {
        let stored = try store.suppression(id)
        guard let known = stored?.suppression.kind ?? granted.withLock({ $0[id] }), known == kind else {
            let ids = try store.suppressions().filter { $0.kind == kind }.map(\.id)
            return .refused(
                .data,
                "There is no \(kind.rawValue) “\(id)”. "
                    + (Suggestion.nearest(to: id, in: ids).map { "Did you mean “\($0)”?" }
                        ?? "`ganzhi \(kind.rawValue) list` shows those that there are.")
            )
        }
        if let stored, stored.isOver {
            return .refused(.data, "The \(kind.rawValue) “\(id)” is over already; there is nothing to remove.")
        }
        var answer = journal(
            Command(id: "r-\(id)", actor: actor, body: .lift(id: id)),
            done: "\(kind.rawValue) \(id) removed"
        )
        answer.id = id
        return answer
    }

    private func suppressionName(_ kind: Suppression.Kind, at now: Timestamp) throws -> String {
        let zone = TimeZone(identifier: reloader.settings.generation.calendar.zone) ?? .gmt
        return try SuppressionName.make(kind, at: now, zone: zone) { name in
            try granted.withLock { $0[name] != nil } || store.suppression(name) != nil
        }
    }

    private func journal(_ command: Command, done: String) -> ControlAnswer {
        switch requests.submit(.command(command), within: Self.patience) {
        case .journalled(let block):
            logger.notice("\(done)", metadata: ["actor": "\(command.actor)", "block": "\(block)"])
            return .done(done + ".", block: block)
        case let outcome: return outcome.refusal
        }
    }
}

extension JournalRequests.Outcome {
    /// What to tell whoever asked for what was not journalled.
    var refusal: ControlAnswer {
        switch self {
        case .journalled(let block): .done("", block: block)
        case .notTaken:
            .refused(.unavailable, "The daemon is too busy to journal it, so nothing has changed. Try again.")
        case .notDurable:
            .refused(
                .unavailable,
                "The journal cannot be made durable at the moment; it takes effect when it can. Look at the daemon's log."
            )
        case .ending:
            .refused(.unavailable, "The daemon ends, so nothing has changed. Try again when it runs.")
        }
    }
}
