import Foundation
import GanzhiCatalogue
import GanzhiConfig
import GanzhiFeeds
import GanzhiJournal
import GanzhiMQTT
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
public import Logging
import ServiceLifecycle
import UnixSignals

/// `ganzhi run`: the daemon, from its settings to its end.
public enum Daemon {
    /// Runs until SIGTERM or SIGINT, or until something that cannot be mended; SIGHUP has it read its configuration
    /// again.
    ///
    /// - Throws: ``AppError`` where the data folder is in use, damaged, or of another history.
    public static func run(config: String, logger: Logger) async throws {
        // Trapped before anything else: without, SIGHUP would end the process.
        let hangups = await UnixSignalsSequence(trapping: [.sighup])
        let (loaded, problems) = GenerationReader.load(config: config)
        if !problems.isEmpty { StandardStreams.talk(ProblemText.text(of: problems)) }
        guard let settings = loaded else { throw AppError(.config, problems: problems) }
        let folder = settings.dataFolder
        let journalFolder = folder + "/journal"
        let lock = try opening {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return try DataFolderLock(folder: folder)
        }
        let store = try opening { try EventStore(folder: URL(filePath: folder)) }
        let journal = try opening {
            try JournalWriter(folder: journalFolder, segmentBytes: settings.journalSegmentBytes)
        }
        let generation = settings.generation
        let bundle = generation.bundle()
        let name = Generation.name(ofBundle: bundle)
        try store.saveGeneration(name, bundle: bundle, at: Clocks.now)
        announce(settings, generation: name, journal: journal.recovery, position: try store.position(), logger)

        let progress = JournalProgress(committed: journal.committedSequence)
        var publisher = settings.broker
        publisher.clientID += "-publish"
        let outbox = Outbox(broker: publisher, status: status(of: generation), store: store, logger: logger)
        let eventLog = settings.eventLog.map { EventLogFile(url: URL(filePath: $0), store: store) }
        let engine = Engine(
            journalFolder: journalFolder,
            store: store,
            eventLog: eventLog,
            outbox: outbox,
            progress: progress,
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
            logger: logger
        )

        let reloader = Reloader(
            config: config,
            settings: settings,
            store: store,
            requests: intake.requests,
            logger: logger
        )
        let desk = ControlDesk(store: store, requests: intake.requests, reloader: reloader, logger: logger)
        let control = listen(in: folder, logger).map { ControlServer(listener: $0, desk: desk, logger: logger) }

        // They shut down in reverse: first those who take commands, then intake, then the engine with its last commit,
        // then the publisher.
        let group = ServiceGroup(
            services: [outbox, engine, intake] + (control.map { [$0] } ?? [])
                + [HangupReload(signals: hangups, reloader: reloader)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await group.run()
        try outbox.tickOff()
        try store.close()
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

    private static func status(of generation: Generation) -> StatusTopic {
        func payload(_ state: String) -> [UInt8] {
            var writer = JSONWriter()
            writer.object {
                $0.member("city", generation.city)
                $0.member("node", generation.node)
                $0.member("state", state)
            }
            return writer.bytes
        }
        return StatusTopic(
            topic: "\(generation.topicRoot)/status/\(TopicName.level(generation.node))",
            online: payload("online"),
            offline: payload("offline")
        )
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
        logger.info(
            "starting",
            metadata: [
                "city": "\(generation.city)", "node": "\(generation.node)", "generation": "\(name.prefix(12))",
                "broker": "\(settings.broker.host):\(settings.broker.port)", "data": "\(settings.dataFolder)",
                "feeds": "\(generation.feeds.map { "\($0.name) \($0.topic.text)" }.joined(separator: ", "))",
                "scenarios": "\(stages.isEmpty ? "none" : stages.joined(separator: ", "))",
                "devices": "\(generation.catalogue.devices.count)", "journal": "\(journal.lastSequence)",
                "committed": "\(position)",
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
