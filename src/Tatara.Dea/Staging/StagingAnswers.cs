using Tatara.Protocol;

namespace Tatara.Dea.Staging;

/// <summary>How the latest stagings ended: who missed the answer asks again and gets the same.</summary>
internal sealed class StagingAnswers
{
    private const int Kept = 200;

    private readonly Lock _lock = new();
    private readonly Queue<StagingReply> _answers = [];

    public void Keep(StagingReply answer)
    {
        lock (_lock)
        {
            _answers.Enqueue(answer);
            if (_answers.Count > Kept) _answers.Dequeue();
        }
    }

    public StagingReply? Find(string taskId)
    {
        lock (_lock) return _answers.FirstOrDefault(a => a.TaskId == taskId);
    }
}
