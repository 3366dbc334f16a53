using System.Runtime.Versioning;

// Machine code and workers are measured where they exist.
[assembly: SupportedOSPlatform("linux")]
