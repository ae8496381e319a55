using System.Text;
using System.Xml;

namespace RewardScaling.Reports;

/// <summary>Writes elements and text, escaped, for SVG and for HTML that is also well-formed XML.</summary>
internal sealed class Markup : IDisposable
{
    private readonly StringBuilder _text = new();
    private readonly XmlWriter _writer;

    public Markup()
    {
        _writer = XmlWriter.Create(_text, new()
        {
            OmitXmlDeclaration = true,
            ConformanceLevel = ConformanceLevel.Fragment,
            NewLineHandling = NewLineHandling.None,
        });
    }

    /// <summary>Opens the root of a vocabulary such as SVG; elements inside belong to it too.</summary>
    public Markup OpenRoot(string name, string vocabulary, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _writer.WriteStartElement(name, vocabulary);
        return Attributes(attributes);
    }

    /// <summary>Opens an element; <see cref="Close"/> ends it.</summary>
    public Markup Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _writer.WriteStartElement(name);
        return Attributes(attributes);
    }

    private Markup Attributes(ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach ((string key, string value) in attributes) _writer.WriteAttributeString(key, Clean(value));
        return this;
    }

    /// <summary>Ends the innermost open element, always with an end tag of its own.</summary>
    public Markup Close()
    {
        _writer.WriteFullEndElement();
        return this;
    }

    /// <summary>An element without content, such as a path or a meta.</summary>
    public Markup Empty(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Open(name, attributes);
        _writer.WriteEndElement();
        return this;
    }

    /// <summary>An element that holds text only.</summary>
    public Markup Element(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes) =>
        Open(name, attributes).Text(text).Close();

    /// <summary>Text, escaped.</summary>
    public Markup Text(string text)
    {
        _writer.WriteString(Clean(text));
        return this;
    }

    /// <summary>Markup that is well-formed already.</summary>
    public Markup Raw(string markup)
    {
        _writer.WriteRaw(markup);
        return this;
    }

    /// <summary>A line break in the source, for those who read it.</summary>
    public Markup Line() => Raw("\n");

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>Everything written so far.</summary>
    public override string ToString()
    {
        _writer.Flush();
        return _text.ToString();
    }

    /// <summary>
    /// Puts the replacement character where XML has no way to write what stands there, such as half a surrogate pair.
    /// </summary>
    private static string Clean(string text)
    {
        StringBuilder? clean = null;
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]);
            if (pair || XmlConvert.IsXmlChar(text[i]))
            {
                clean?.Append(text, i, pair ? 2 : 1);
                if (pair) i++;
                continue;
            }
            clean ??= new StringBuilder(text, 0, i, text.Length);
            clean.Append('\uFFFD');
        }
        return clean?.ToString() ?? text;
    }
}
