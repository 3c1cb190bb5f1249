import Foundation
import GanzhiCatalogue
import GanzhiConfig
import GanzhiFeeds
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import GanzhiWindow
public import Logging
import ServiceLifecycle
import UnixSignals

/// `ganzhi run`: the daemon, from its settings to its end.
public enum Daemon {
    /// Runs until SIGTERM or SIGINT, or until something that cannot be mended; SIGHUP has it read its configuration
    /// again.
    ///
    /// - Parameter cockpit: Makes what shows the daemon's health at an address and a port.
    /// - Throws: ``AppError`` where the data folder is in use, damaged, or of another history.
    public static func run(
        config: String,
        logger: Logger,
        cockpit makeCockpit: (_ host: String, _ port: Int) -> any HealthDisplay
    ) async throws {
        // Trapped before anything else: without, SIGHUP would end the process.
        let hangups = await UnixSignalsSequence(trapping: [.sighup])
        let (loaded, problems) = GenerationReader.load(config: config)
        for problem in problems { logger.log(level: problem.severity == .error ? .error : .warning, "\(problem)") }
        guard let settings = loaded else { throw AppError(.config, problems: problems) }
        let folder = settings.dataFolder
        let journalFolder = folder + "/journal"
        let lock = try opening { try DataFolderLock(folder: folder) }
        let store = try opening {
            try EventStore(folder: URL(filePath: folder), limits: StoreLimits(outbox: settings.outboxLimit))
        }
        let journal = try opening {
            try JournalWriter(folder: journalFolder, segmentBytes: settings.journal.segmentBytes)
        }
        let generation = settings.generation
        let bundle = generation.bundle()
        let name = Generation.name(ofBundle: bundle)
        let position = try opening {
            try store.saveGeneration(name, bundle: bundle, at: Clocks.now)
            return try store.position()
        }
        guard position <= journal.committedSequence else {
            throw AppError(
                .data,
                "The store has taken in blocks up to \(position), but the journal in \(journalFolder) ends with "
                    + "\(journal.committedSequence): its end is gone, or they are not of one history. New readings would be "
                    + "taken for known ones. Restore both from one backup with `ganzhi restore`, or begin with another `data` "
                    + "folder and keep this one for its events."
            )
        }
        announce(settings, generation: name, journal: journal.recovery, position: position, logger)

        let troubles = Troubles(logger: logger)
        let board = HealthBoard(connections: settings.broker.connections)
        let manager = ServiceManager(
            board: board,
            broker: "\(settings.broker.host):\(settings.broker.port)",
            environment: ProcessInfo.processInfo.environment
        )
        let progress = JournalProgress(committed: journal.committedSequence)
        var publisher = settings.broker
        publisher.clientID += "-publish"
        let status = DaemonStatus(of: generation)
        let outbox = Outbox(
            broker: publisher,
            status: status.topic,
            store: store,
            board: board,
            troubles: troubles,
            logger: logger
        )
        let cockpit = settings.http.map { makeCockpit($0.host, $0.port) }
        let collector = try HealthCollector(
            board: board,
            progress: progress,
            store: store,
            pending: PendingMessages.count(journal: journalFolder, after: try store.position()),
            troubles: troubles,
            dataFolder: folder,
            logger: logger
        ) { health in
            outbox.say(online: status.online(health))
            cockpit?.show(health)
        }
        let eventLog = settings.eventLog.map { EventLogFile(url: URL(filePath: $0), store: store) }
        let engine = Engine(
            .init(
                dataFolder: folder,
                journalFolder: journalFolder,
                firstSequence: journal.recovery.firstSequence,
                checkpoints: settings.checkpoints,
                journal: settings.journal,
                redeliveryWindow: IntakeTurns.redeliveryWindow(connections: settings.broker.connections)
            ),
            store: store,
            eventLog: eventLog,
            outbox: outbox,
            progress: progress,
            troubles: troubles,
            board: board,
            logger: logger
        )
        let intake = Intake(
            .init(
                broker: settings.broker,
                feeds: generation.feeds,
                generation: name,
                journalFolder: journalFolder
            ),
            journal: journal,
            progress: progress,
            board: board,
            troubles: troubles,
            logger: logger
        )

        let reloader = Reloader(
            config: config,
            settings: settings,
            store: store,
            requests: intake.requests,
            manager: manager,
            logger: logger
        )
        let desk = ControlDesk(
            store: store,
            requests: intake.requests,
            reloader: reloader,
            health: collector,
            logger: logger
        )
        let control = listen(in: folder, logger).map { ControlServer(listener: $0, desk: desk, logger: logger) }

        let years = YearSealer(store: store, zone: generation.calendar.zone, logger: logger)

        // They shut down in reverse: first the service manager is told, then those who take commands, then intake, then
        // the engine with its last commit, then the publisher, and at last those who tell how it goes.
        let group = ServiceGroup(
            services: (cockpit.map { [$0] } ?? []) + [collector, years, outbox, engine, intake]
                + (control.map { [$0] } ?? []) + [HangupReload(signals: hangups, reloader: reloader)]
                + (manager.map { [$0] } ?? []),
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await group.run()
        do {
            try outbox.tickOff()
            try store.close()
        } catch {
            logger.warning(
                "the store could not be closed in good order; nothing is lost, some publications may be repeated",
                metadata: ["error": "\(error)"]
            )
        }
        withExtendedLifetime(lock) {}
        logger.info("stopped")
    }

    /// Opens the control socket; without one the city is watched all the same.
    private static func listen(in folder: String, _ logger: Logger) -> ControlListener? {
        do throws(AppError) {
            return try ControlListener(dataFolder: folder)
        } catch {
            logger.error("no commands can be given", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private static func opening<Part: ~Copyable>(_ body: () throws -> Part) throws -> Part {
        do {
            return try body()
        } catch {
            throw AppError(.unavailable, "\(error)")
        }
    }

    /// Says what the daemon is about to do.
    private static func announce(
        _ settings: Settings,
        generation name: String,
        journal: JournalRecovery,
        position: UInt64,
        _ logger: Logger
    ) {
        let generation = settings.generation
        let stages = Scenario.Stage.allCases.compactMap { stage in
            let count = generation.scenarios.count { $0.stage == stage }
            return count > 0 ? "\(count) \(stage.rawValue)" : nil
        }
        var memory = MemoryEstimate(generation)
        for scenario in generation.scenarios {
            for input in scenario.watch.inputs.indices { _ = memory.windows(of: scenario, input: input) }
        }
        logger.info(
            "starting",
            metadata: [
                "city": "\(generation.city)", "node": "\(generation.node)", "generation": "\(name.prefix(12))",
                "broker": "\(settings.broker.host):\(settings.broker.port)", "data": "\(settings.dataFolder)",
                "feeds": "\(generation.feeds.map { "\($0.name) \($0.topic.text)" }.joined(separator: ", "))",
                "scenarios": "\(stages.isEmpty ? "none" : stages.joined(separator: ", "))",
                "devices": "\(generation.catalogue.devices.count)", "journal": "\(journal.lastSequence)",
                "committed": "\(position)", "http": "\(settings.http.map { "\($0)" } ?? "off")",
                "memory": "\(MemoryEstimate.text(memory.windowBytes)) for the windows of the catalogue's devices",
            ]
        )
        if journal.bytesCutOff > 0 {
            logger.warning(
                "the journal's torn tail was cut off; nothing in it was acknowledged",
                metadata: ["bytes": "\(journal.bytesCutOff)", "segment": "\(journal.segment ?? "")"]
            )
        }
    }
}
