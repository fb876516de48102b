"""The local cloud: the emulator, its patches, the Lambda runtime and the Athena engines."""
