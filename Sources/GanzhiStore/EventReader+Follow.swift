internal import GRDB
public import GanzhiModel

extension EventReader {
    /// Delivers events as they are committed, by whichever process, until the task is cancelled.
    ///
    /// Every `interval` one `PRAGMA data_version` on a connection of its own tells whether anything was committed; it
    /// reads a counter in shared memory and takes no lock. Only then events are looked up, so an event
    /// is delivered at most one `interval` and one query after its commit. At the default interval that costs one
    /// to two hundredths of a core. Cancelling wakes the wait at once.
    ///
    /// - Parameters:
    ///   - serial: Only events behind this serial; pass ``lastSerial()`` for new ones only.
    ///   - filter: Which events.
    ///   - interval: Pause between two looks.
    ///   - deliver: Takes events in serial order, never an empty list; while it works nothing more is read. It runs
    ///     where the caller runs.
    /// - Throws: What `deliver` throws, and ``StoreError``.
    /// - Source: <https://www.sqlite.org/pragma.html#pragma_data_version>
    public nonisolated(nonsending) func follow(
        after serial: UInt64 = 0,
        filter: EventFilter = EventFilter(),
        every interval: Duration = .milliseconds(20),
        deliver: nonisolated(nonsending) ([Event]) async throws -> Void
    ) async throws {
        let queue = try accessing(path) {
            try DatabaseQueue(path: path, configuration: Self.configuration(label: "EventReader.follow"))
        }
        var cursor = serial
        var seen: Int?
        while !Task.isCancelled {
            // The version is read before the events, so a commit between the two is looked at in the next round.
            let version = try accessing(path) {
                try queue.unsafeRead { try Int.fetchOne($0.cachedStatement(sql: "PRAGMA data_version")) }
            }
            if version != seen {
                seen = version
                while let page = try nextPage(after: cursor, filter: filter, queue) {
                    cursor = page.cursor
                    if !page.events.isEmpty { try await deliver(page.events) }
                    if Task.isCancelled { return }
                }
            }
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }

    /// Events that one delivery of ``follow(after:filter:every:deliver:)`` may hold.
    private static let pageSize = 500

    /// The next events and the serial to go on from; `nil` where there is nothing behind the cursor.
    ///
    /// The cursor also moves over events that the filter does not want, so that none is looked at twice.
    private func nextPage(
        after cursor: UInt64,
        filter: EventFilter,
        _ queue: DatabaseQueue
    ) throws -> (events: [Event], cursor: UInt64)? {
        try accessing(path) {
            try queue.read { db in
                let last = try StoreQuery.newest(db).serial
                guard last > cursor else { return nil }
                let events = try sealedFiles.events(
                    after: cursor,
                    through: last,
                    filter: filter,
                    limit: Self.pageSize,
                    db
                )
                let isFull = events.count == Self.pageSize
                return (events, isFull ? events.last?.serial ?? last : last)
            }
        }
    }
}
