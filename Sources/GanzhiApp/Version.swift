/// Which Ganzhi this is.
public enum Version {
    /// The one place that says it: `ganzhi --version` and the Debian package follow.
    public static let text = "0.1.0"
}
