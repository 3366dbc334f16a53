using System.Runtime.Versioning;

// Workers exist on Linux only; CI runs there.
[assembly: SupportedOSPlatform("linux")]
