namespace ByteVm.Runtime.Execution;

/// <summary>The process a guest ran in has ended, or its state is one that no guest made of checked code can have. The instance is lost, nothing else.</summary>
internal sealed class GuestLostException(string reason) : Exception(reason);
