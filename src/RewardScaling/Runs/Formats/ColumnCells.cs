using System.Globalization;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// The cells of one column. A number takes eight bytes; anything else is kept aside, and its place holds a NaN that no
/// arithmetic makes with the index of it. While no row is left out, the rows need no room.
/// </summary>
internal sealed class ColumnCells
{
    // Texts that come again and again, such as the name of a run, are kept once.
    private const int MostShared = 16384, LongestShared = 64;
    private const long Aside = unchecked((long)0xFFFE_0000_0000_0000);

    private readonly ChunkedList<long> _cells = new();
    private ChunkedList<int>? _rows;
    private ChunkedList<object>? _aside;
    private Dictionary<string, int>? _shared;
    private int _first, _last = -1;

    /// <summary>The last row that has a cell; -1 where none has.</summary>
    public int LastRow => _last;

    public void Add(int row, double number) =>
        Add(row, BitConverter.DoubleToInt64Bits(double.IsNaN(number) ? double.NaN : number));

    public void Add(int row, RunCell cell)
    {
        if (cell.Kind == RunCellKind.Number) Add(row, cell.Number);
        else if (cell.Kind == RunCellKind.Text) Add(row, cell.Text.AsSpan());
        else Add(row, cell.Value!);
    }

    /// <summary>Adds a double[], string[] or <see cref="RunOther"/>.</summary>
    public void Add(int row, object value) => Add(row, Aside | (uint)Keep(value));

    public void Add(int row, ReadOnlySpan<char> text)
    {
        if (text.Length > LongestShared)
        {
            Add(row, (object)text.ToString());
            return;
        }
        _shared ??= new(StringComparer.Ordinal);
        var shared = _shared.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!shared.TryGetValue(text, out int index))
        {
            index = Keep(text.ToString());
            if (_shared.Count < MostShared) shared[text] = index;
        }
        Add(row, Aside | (uint)index);
    }

    /// <summary>
    /// Adds a field of a file that has texts only: as a number where its text can be made of the number again, so that 007, 1.10
    /// and an integer of twenty digits stay what they are.
    /// </summary>
    public void AddField(int row, ReadOnlySpan<char> text)
    {
        Span<char> again = stackalloc char[32];
        if (text.Length is > 0 and < 25 && text[0] is (>= '0' and <= '9') or '-' or '.' && text[^1] != '\0'
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number.TryFormat(again, out int length, "R", CultureInfo.InvariantCulture)
            && (text.Equals(again[..length], StringComparison.OrdinalIgnoreCase)
                || (text.Length > 9 && text.ContainsAny('.', 'e', 'E'))))
            Add(row, number);
        else Add(row, text);
    }

    public bool TryGet(int row, out RunCell cell)
    {
        cell = default;
        if (Find(row) is not (>= 0 and var at)) return false;
        long bits = _cells[at];
        if ((bits & Aside) != Aside) cell = new(RunCellKind.Number, BitConverter.Int64BitsToDouble(bits), null);
        else
        {
            object value = _aside![(int)(uint)bits];
            cell = new(value switch
            {
                string => RunCellKind.Text,
                double[] => RunCellKind.Numbers,
                string[] => RunCellKind.Texts,
                _ => RunCellKind.Other,
            }, 0, value);
        }
        return true;
    }

    public bool Has(int row) => Find(row) >= 0;

    private int Keep(object value)
    {
        _aside ??= new();
        _aside.Add(value);
        return _aside.Count - 1;
    }

    private void Add(int row, long bits)
    {
        if (_cells.Count == 0) _first = row;
        else if (_rows is null && row != _last + 1)
        {
            _rows = new();
            for (int i = 0; i < _cells.Count; i++) _rows.Add(_first + i);
        }
        _cells.Add(bits);
        _rows?.Add(row);
        _last = row;
    }

    private int Find(int row)
    {
        if (_rows is null) return row >= _first && row <= _last ? row - _first : -1;
        int low = 0, high = _rows.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1, at = _rows[middle];
            if (at == row) return middle;
            if (at < row) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }
}
