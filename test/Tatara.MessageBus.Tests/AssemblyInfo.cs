// Tests measure allocations and times of the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
