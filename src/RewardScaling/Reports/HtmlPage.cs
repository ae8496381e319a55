using RewardScaling.Reports.Drawing;

namespace RewardScaling.Reports;

/// <summary>
/// A page that needs nothing but itself: styles and figures are inside, nothing is fetched. It is well-formed XML besides.
/// </summary>
internal sealed class HtmlPage : IDisposable
{
    private readonly Markup _page = new();

    /// <summary>A page with its heading.</summary>
    /// <param name="title">The title, also the first heading.</param>
    public HtmlPage(string title)
    {
        _page.Open("html", ("lang", "en")).Line().Open("head").Line();
        _page.Empty("meta", ("charset", "utf-8")).Line();
        _page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1")).Line();
        _page.Empty("meta", ("name", "color-scheme"), ("content", "light dark")).Line();
        _page.Element("title", title).Line().Element("style", Style).Line().Close().Line();
        _page.Open("body").Line().Open("main").Line().Element("h1", title).Line();
    }

    /// <summary>What is written so far goes on here.</summary>
    public Markup Body => _page;

    /// <summary>A heading that opens a part of the page.</summary>
    public HtmlPage Heading(string text)
    {
        _page.Element("h2", text).Line();
        return this;
    }

    /// <summary>A paragraph.</summary>
    public HtmlPage Paragraph(string text, string kind = "")
    {
        _page.Element("p", text, kind.Length > 0 ? [("class", kind)] : []).Line();
        return this;
    }

    /// <summary>A list of sentences.</summary>
    public HtmlPage Bullets(IEnumerable<string> sentences)
    {
        _page.Open("ul").Line();
        foreach (string sentence in sentences) _page.Element("li", sentence).Line();
        _page.Close().Line();
        return this;
    }

    /// <summary>A figure with its caption.</summary>
    public HtmlPage Figure(Figure figure, string caption)
    {
        _page.Open("figure").Line().Raw(figure.ToSvg()).Line().Element("figcaption", caption).Close().Line();
        return this;
    }

    /// <summary>A table.</summary>
    public HtmlPage Table(ReportTable table)
    {
        table.WriteHtml(_page);
        return this;
    }

    /// <summary>Names and what they are.</summary>
    public HtmlPage Definitions(IEnumerable<(string Name, string Text)> entries)
    {
        _page.Open("dl").Line();
        foreach ((string name, string text) in entries) _page.Element("dt", name).Element("dd", text).Line();
        _page.Close().Line();
        return this;
    }

    /// <summary>The page as text. Nothing can be added after.</summary>
    public string Finish() => "<!DOCTYPE html>\n" + _page.Close().Close().Close() + "\n";

    /// <inheritdoc/>
    public void Dispose() => _page.Dispose();

    private static string Style => $$"""

        :root{color-scheme:light dark;--paper:{{Palette.Paper.Light}};--text:{{Palette.Text.Light}};--muted:{{Palette.Muted.Light}};--line:#d5d9de;--wash:#f5f6f8}
        @media (prefers-color-scheme:dark){:root{--paper:{{Palette.Paper.Dark}};--text:{{Palette.Text.Dark}};--muted:{{Palette.Muted.Dark}};--line:#3a414b;--wash:#1d2127} }
        body{margin:0;background:var(--paper);color:var(--text);font:17px/1.55 Helvetica Neue,Helvetica,Arial,Liberation Sans,sans-serif}
        main{max-width:940px;margin:0 auto;padding:40px 24px 80px}
        h1{font-size:30px;line-height:1.2;margin:0 0 20px}
        h2{font-size:21px;line-height:1.3;margin:52px 0 12px}
        p{margin:0 0 14px;max-width:44em}
        .lead{font-size:20px;line-height:1.45}
        ul{padding-left:1.2em;max-width:46em}
        li{margin:0 0 8px}
        .muted,figcaption,caption{color:var(--muted)}
        figure{margin:28px 0 36px}
        figure svg{display:block;width:100%;height:auto}
        figcaption{font-size:15px;margin:8px 16px 0}
        .frame{overflow-x:auto;margin:16px 0 28px}
        table{border-collapse:collapse;font-size:15px;line-height:1.4;min-width:100%}
        caption{text-align:left;padding:0 0 10px}
        th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);font-weight:400}
        thead th{font-weight:600;vertical-align:bottom;border-bottom:2px solid var(--line)}
        .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        thead .number{white-space:normal}
        tbody th{white-space:nowrap}
        td:last-child{padding-right:0}
        td:last-child:not(.number){min-width:20em}
        dl{display:grid;grid-template-columns:minmax(9em,max-content) 1fr;gap:6px 20px;font-size:16px}
        dt{color:var(--muted)}
        dd{margin:0;overflow-wrap:anywhere}
        blockquote{margin:12px 0;padding:12px 16px;background:var(--wash);border-left:3px solid var(--line);font:15px/1.5 ui-monospace,SFMono-Regular,Menlo,Liberation Mono,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
        @media (max-width:560px){dl{display:block} dd{margin:0 0 10px}main{padding:24px 14px} }
        @media print{:root{--paper:#fff;--text:#000;--muted:#444;--line:#bbb;--wash:#f5f6f8}main{max-width:none;padding:0}figure,tr,blockquote{break-inside:avoid}h2{break-after:avoid}.frame{overflow:visible} }

        """;
}
