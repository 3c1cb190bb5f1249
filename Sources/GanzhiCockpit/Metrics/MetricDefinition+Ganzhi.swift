extension MetricDefinition {
    /// Whether the daemon does what it is for.
    static let ready = MetricDefinition(
        .gauge,
        "ganzhi_ready",
        "1 while feeds are read, judged, committed and published; /readyz says why not."
    )
    static let startTime = MetricDefinition(
        .gauge,
        "ganzhi_start_time_seconds",
        "When the daemon was started, in Unix time."
    )
    static let healthTime = MetricDefinition(
        .gauge,
        "ganzhi_health_time_seconds",
        "When these figures were taken, in Unix time; once a second."
    )
    static let recoveryBlocks = MetricDefinition(
        .gauge,
        "ganzhi_recovery_remaining_blocks",
        "Blocks that recovery has yet to run; 0 when it is done."
    )
    static let trouble = MetricDefinition(
        .gauge,
        "ganzhi_trouble",
        labels: ["part"],
        "1 while a part cannot do its work."
    )
    static let connected = MetricDefinition(
        .gauge,
        "ganzhi_broker_connected",
        labels: ["part"],
        "1 while a connection to the broker stands: intake or outbox."
    )
    static let feedUp = MetricDefinition(
        .gauge,
        "ganzhi_feed_up",
        labels: ["feed"],
        "1 while a feed is subscribed at the broker."
    )

    static let ledger = MetricDefinition(
        .counter,
        "ganzhi_ledger",
        labels: ["feed", "column", "reason"],
        "The books: messages and readings by what became of them, columns as in `ganzhi ledger`; messages.received has the pending ones in it."
    )
    static let pending = MetricDefinition(
        .gauge,
        "ganzhi_messages_pending",
        labels: ["feed"],
        "Messages that are journalled and not in the books yet."
    )
    static let imbalance = MetricDefinition(
        .gauge,
        "ganzhi_ledger_imbalance",
        labels: ["feed", "column"],
        "By how much the books of messages.received or readings.decoded are off; always 0 in a sound daemon."
    )

    static let journalled = MetricDefinition(
        .counter,
        "ganzhi_journal_blocks",
        "Blocks made durable, since the journal began: into the queue."
    )
    static let processed = MetricDefinition(
        .counter,
        "ganzhi_engine_blocks",
        "Blocks taken through windows and ladders, since the journal began: out of the queue."
    )
    static let committed = MetricDefinition(
        .counter,
        "ganzhi_store_blocks",
        "Blocks whose effects are in the store, since the journal began."
    )
    static let journalCommits = MetricDefinition(
        .histogram,
        "ganzhi_journal_commit_seconds",
        "Time until a batch was durable in the journal."
    )
    static let storeCommits = MetricDefinition(
        .histogram,
        "ganzhi_store_commit_seconds",
        "Time until a commit was durable in the store."
    )

    static let lag = MetricDefinition(
        .gauge,
        "ganzhi_processing_lag_seconds",
        "Age of the newest block that was processed while others wait; 0 when none waits."
    )
    static let watermarkLag = MetricDefinition(
        .gauge,
        "ganzhi_watermark_lag_seconds",
        "How far the newest instant that any scenario was evaluated at lies behind the clock; absent before the first since the start."
    )
    static let series = MetricDefinition(.gauge, "ganzhi_series", "Series seen.")

    static let events = MetricDefinition(.counter, "ganzhi_events", "Events stored, ever.")
    static let standing = MetricDefinition(
        .gauge,
        "ganzhi_warnings_standing",
        labels: ["level"],
        "Warnings that stand, by level."
    )
    static let eventDelays = MetricDefinition(
        .histogram,
        "ganzhi_event_delay_seconds",
        "Time from receiving what decided an event to its commit."
    )
    static let publishDelays = MetricDefinition(
        .histogram,
        "ganzhi_publish_delay_seconds",
        "Time from an event's commit to the broker's acknowledgement."
    )
    static let handedOut = MetricDefinition(
        .counter,
        "ganzhi_outbox_handed_out",
        "Publications handed to the publisher since the start: into the queue."
    )
    static let completed = MetricDefinition(
        .counter,
        "ganzhi_outbox_completed",
        "Publications that the broker has, since the start: out of the queue."
    )
    static let refused = MetricDefinition(
        .counter,
        "ganzhi_outbox_refused",
        "Publications that the broker refused, since the start."
    )
    static let dropped = MetricDefinition(
        .counter,
        "ganzhi_outbox_dropped",
        "Publications given up because the outbox was full, ever; their events are in the store."
    )
    static let waiting = MetricDefinition(.gauge, "ganzhi_outbox_pending", "Publications that wait for the broker.")
    static let oldest = MetricDefinition(
        .gauge,
        "ganzhi_outbox_oldest_seconds",
        "How long the oldest publication has been waiting for the broker."
    )

    static let checkpointAge = MetricDefinition(
        .gauge,
        "ganzhi_checkpoint_age_seconds",
        "Age of the newest checkpoint; absent without one."
    )
    static let checkpointBlock = MetricDefinition(
        .gauge,
        "ganzhi_checkpoint_block",
        "The last block in the newest checkpoint; absent without one."
    )
    static let resident = MetricDefinition(.gauge, "ganzhi_resident_memory_bytes", "Memory that the daemon has.")
    static let diskFree = MetricDefinition(
        .gauge,
        "ganzhi_disk_free_bytes",
        "What may still be written to the disk of the data folder."
    )
    static let diskSize = MetricDefinition(.gauge, "ganzhi_disk_size_bytes", "Size of the disk of the data folder.")

    /// All metrics of the daemon, in the order of `/metrics` and of their table in this module's documentation.
    public static let all: [MetricDefinition] = [
        ready, startTime, healthTime, recoveryBlocks, trouble, connected, feedUp,
        ledger, pending, imbalance,
        journalled, processed, committed, journalCommits, storeCommits, lag, watermarkLag, series,
        events, standing, eventDelays, publishDelays, handedOut, completed, refused, dropped, waiting, oldest,
        checkpointAge, checkpointBlock, resident, diskFree, diskSize,
    ]
}
