/// The members that a native reading knows, by their packed names (``JSONScanner/packed(_:)``).
enum NativeMember: UInt64, CaseIterable {
    case ts = 0x7374
    case device = 0x6563_6976_6564
    case metric = 0x6369_7274_656D
    case value = 0x65_756C_6176
    case unit = 0x7469_6E75
    case received = 0x6465_7669_6563_6572
}
