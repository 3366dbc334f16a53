using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

public sealed class CodecTests
{
    [Fact]
    public void WhatIsReadIsWrittenAgainAsTheSameBytes()
    {
        byte[] bytes = ModuleWriter.Write(SampleModule.Build());

        Assert.Equal(bytes, ModuleWriter.Write(ModuleReader.Read(bytes)));
    }
}
