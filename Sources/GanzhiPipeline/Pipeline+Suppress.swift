import GanzhiCatalogue
import GanzhiModel

// What people ask for, and what keeps events from being published.
extension Pipeline {
    /// Takes in what a person asked for.
    mutating func obey(_ command: Command, into commit: inout Commit) {
        switch command.body {
        case .suppress(let suppression):
            suppressions.insert(suppression)
            commit.suppressions.append(suppression)
        case .lift(let id):
            if suppressions.remove(id: id) { commit.endedSuppressions.append(id) }
        }
    }

    /// Ends suppressions whose time is over, and publishes what nothing keeps back any more.
    mutating func releaseSuppressed(now: Timestamp, into commit: inout Commit) {
        guard !suppressions.isIdle || suppressions.hasChanged || routing.hasMaintenance else { return }
        commit.endedSuppressions += suppressions.expire(now: now)
        // Hours of maintenance and the beginning of a silence come with time alone.
        guard suppressions.hasChanged || now >= nextSuppressionCheck else { return }
        nextSuppressionCheck = now + .seconds(1)
        let clock = clock
        let released = suppressions.release(now: now) { Self.maintenance(of: $0, now: now, clock) }
        commit.publications += released.publications
        commit.warnings += released.warnings
    }

    /// What keeps an event from being published.
    func reasons(for subject: Suppressions.Subject, now: Timestamp) -> [SuppressionReason] {
        suppressions.reasons(for: subject, now: now) + Self.maintenance(of: subject, now: now, clock)
    }

    /// The first of a scenario's times of maintenance that holds.
    private static func maintenance(
        of subject: Suppressions.Subject,
        now: Timestamp,
        _ clock: LocalClock
    ) -> [SuppressionReason] {
        guard !subject.maintenance.isEmpty else { return [] }
        let local = clock.local(now)
        let holding = subject.maintenance.first { maintenance in
            maintenance.from ?? .never <= now && maintenance.to.map { now < $0 } ?? true
                && maintenance.hours?.contains(local.time) ?? true
                && maintenance.days.map { clock.isDay(local.day, of: $0) } ?? true
        }
        return holding.map { [.maintenance(reason: $0.reason)] } ?? []
    }
}
