// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func module(_ name: String, _ uses: Target.Dependency...) -> Target {
    .target(name: name, dependencies: uses, swiftSettings: settings)
}

func tests(_ name: String, _ uses: Target.Dependency..., exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: uses, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "ganzhi",
    products: [
        .executable(name: "ganzhi", targets: ["ganzhi"]),
        .library(name: "GanzhiWindow", targets: ["GanzhiWindow"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.95.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
        .systemLibrary(name: "CGanzhi"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // Pure: values in, values out; no clock, no I/O, no logging.
        module("GanzhiModel"),
        module("GanzhiFeeds", "CGanzhi", "CZlib", "CZstd", "GanzhiModel"),
        module("GanzhiCatalogue", "CGanzhi", "GanzhiModel"),
        module("GanzhiWindow", "CGanzhi", "GanzhiModel", heap),
        module("GanzhiWarnings", "GanzhiModel"),
        module(
            "GanzhiPipeline",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiWindow",
            "GanzhiWarnings",
            "GanzhiModel",
            crypto,
            heap
        ),

        // Edges: each talks to one outside thing.
        module(
            "GanzhiConfig",
            "GanzhiPipeline",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiWindow",
            "GanzhiWarnings",
            "GanzhiMQTT",
            "GanzhiModel",
            yams
        ),
        module("GanzhiMQTT", "CMosquitto", "GanzhiModel"),
        module("GanzhiJournal", "CGanzhi", "GanzhiModel"),
        module("GanzhiStore", "GanzhiModel", grdb, crypto),
        module("GanzhiCity", "GanzhiModel"),
        module(
            "GanzhiCockpit",
            "GanzhiModel",
            hummingbird,
            hummingbirdCore,
            httpTypes,
            nio,
            metrics,
            logging,
            lifecycle
        ),

        module(
            "GanzhiApp",
            "CGanzhi",
            "GanzhiPipeline",
            "GanzhiConfig",
            "GanzhiMQTT",
            "GanzhiJournal",
            "GanzhiStore",
            "GanzhiCity",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiWindow",
            "GanzhiWarnings",
            "GanzhiModel",
            crypto,
            logging,
            lifecycle,
            signals
        ),
        .executableTarget(
            name: "ganzhi",
            dependencies: [
                "GanzhiApp", "GanzhiCity", "GanzhiCockpit", "GanzhiMQTT", "GanzhiPipeline", "GanzhiStore",
                "GanzhiModel", arguments,
                lifecycle, logging,
            ],
            swiftSettings: settings
        ),

        .target(
            name: "GanzhiTestSupport",
            dependencies: [
                "GanzhiPipeline", "GanzhiFeeds", "GanzhiCatalogue", "GanzhiWindow", "GanzhiWarnings", "GanzhiModel",
            ],
            path: "Tests/GanzhiTestSupport",
            swiftSettings: settings
        ),
        // Counts allocations; C, as it stands in front of the C library's own functions.
        .target(name: "CGanzhiTestSupport", path: "Tests/CGanzhiTestSupport"),
        tests("GanzhiModelTests", "GanzhiModel", "GanzhiTestSupport"),
        tests(
            "GanzhiFeedsTests",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiModel",
            "GanzhiTestSupport",
            "CGanzhiTestSupport"
        ),
        tests("GanzhiCatalogueTests", "GanzhiCatalogue", "GanzhiModel", "GanzhiTestSupport"),
        tests("GanzhiWindowTests", "GanzhiWindow", "GanzhiModel", "GanzhiTestSupport", "CGanzhiTestSupport"),
        tests("GanzhiWarningsTests", "GanzhiWarnings", "GanzhiModel", "GanzhiTestSupport", "CGanzhiTestSupport"),
        tests(
            "GanzhiPipelineTests",
            "GanzhiPipeline",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiWindow",
            "GanzhiWarnings",
            "GanzhiModel",
            "GanzhiTestSupport",
            yams
        ),
        tests(
            "GanzhiConfigTests",
            "GanzhiConfig",
            "GanzhiPipeline",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiWindow",
            "GanzhiWarnings",
            "GanzhiMQTT",
            "GanzhiModel",
            "GanzhiTestSupport",
            yams,
            exclude: ["Examples"]
        ),
        tests("GanzhiJournalTests", "GanzhiJournal", "GanzhiModel", "GanzhiTestSupport"),
        tests("GanzhiMQTTTests", "GanzhiMQTT", "GanzhiJournal", "GanzhiModel", "GanzhiTestSupport"),
        tests("GanzhiStoreTests", "GanzhiStore", "GanzhiModel", "GanzhiTestSupport", grdb),
        tests("GanzhiCityTests", "GanzhiCity", "GanzhiModel", "GanzhiTestSupport"),
        tests("GanzhiCockpitTests", "GanzhiCockpit", "GanzhiModel", "GanzhiTestSupport", logging, lifecycle, metrics),
        tests(
            "GanzhiAppTests",
            "ganzhi",
            "GanzhiApp",
            "GanzhiPipeline",
            "GanzhiFeeds",
            "GanzhiCatalogue",
            "GanzhiWindow",
            "GanzhiWarnings",
            "GanzhiJournal",
            "GanzhiStore",
            "GanzhiModel",
            "GanzhiTestSupport",
            logging
        ),
    ],
    swiftLanguageModes: [.v6]
)
