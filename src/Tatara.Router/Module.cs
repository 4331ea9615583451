using System.Runtime.CompilerServices;

// Buffers on the stack are written before they are read; to clear them first costs every request.
[module: SkipLocalsInit]
